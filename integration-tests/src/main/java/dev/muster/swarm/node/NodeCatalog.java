// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import com.google.protobuf.ByteString;
import dev.muster.proto.agent.v1.CatalogPage;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.type.v1.Action;
import dev.muster.proto.type.v1.ActionKind;
import dev.muster.proto.type.v1.Danger;
import dev.muster.wire.CatalogDigest;
import java.util.List;

/** What every node of a swarm can do: one action, made once for all. */
public final class NodeCatalog {
  /** The action: takes any object, and answers after a while with a small result. */
  public static final String ACTION = "swarm.noop";

  static final ByteString SCHEMA =
      ByteString.copyFromUtf8("{\"type\":\"object\",\"additionalProperties\":true}");

  private static final List<Action> ACTIONS =
      List.of(
          Action.newBuilder()
              .setName(ACTION)
              .setKind(ActionKind.ACTION_KIND_HANDLER)
              .setDanger(Danger.DANGER_LOW)
              .setSummary("Does nothing, and says so.")
              .setInputSchemaJson(SCHEMA)
              .setEnabled(true)
              .build());

  static final ByteString DIGEST = ByteString.copyFrom(CatalogDigest.of(ACTIONS));

  static final ConnectRequest PAGE =
      ConnectRequest.newBuilder()
          .setCatalogPage(CatalogPage.newBuilder().setDigest(DIGEST).addAllActions(ACTIONS))
          .build();

  private NodeCatalog() {}
}
