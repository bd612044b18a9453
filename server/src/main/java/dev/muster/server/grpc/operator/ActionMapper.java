// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import com.google.protobuf.ByteString;
import dev.muster.proto.type.v1.Action;
import java.util.Locale;

/** Declarations of actions as messages. */
final class ActionMapper {
  private ActionMapper() {}

  static Action action(dev.muster.server.catalog.Action action) {
    Action.Builder message =
        Action.newBuilder()
            .setName(action.name())
            .setKind(ProtoEnums.of(action.kind()))
            .setDanger(ProtoEnums.of(action.danger()))
            .setSummary(action.summary())
            .setVersion(action.version())
            .setInputSchemaJson(ByteString.copyFromUtf8(action.inputSchemaJson()))
            .setRunTimeout(ProtoTimes.duration(action.runTimeout()))
            .setRequiresConfirmation(action.requiresConfirmation())
            .setIdempotent(action.idempotent())
            .setEnabled(action.enabled())
            .setExclusiveGroup(action.exclusiveGroup())
            .setAllowWhenDisabled(action.allowWhenDisabled())
            .setMinRole(action.minRole().name().toLowerCase(Locale.ROOT))
            .setCondition(action.condition())
            .setOutputLimitBytes(action.outputLimitBytes())
            .setPrepares(action.prepares());
    action
        .hookDigest()
        .ifPresent(digest -> message.setHookDigest(ByteString.copyFrom(digest.bytes())));
    return message.build();
  }
}
