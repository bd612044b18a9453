// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.catalog;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.muster.agent.Action;
import dev.muster.agent.Danger;
import dev.muster.agent.PrepareHandler;
import dev.muster.agent.schema.InputSchema;
import dev.muster.proto.type.v1.ActionKind;
import java.util.Optional;

/**
 * One action of this node.
 *
 * @param declaration what the server is told
 * @param schema the compiled schema of its input
 * @param body what carries it out
 * @param prepareHandler what answers PREPARE; empty: the schema's defaults do
 */
public record CatalogEntry(
    dev.muster.proto.type.v1.Action declaration,
    InputSchema schema,
    ActionBody body,
    Optional<PrepareHandler> prepareHandler) {

  /**
   * Returns the entry of an action that is Java code.
   *
   * @throws IllegalArgumentException if its schema is none
   */
  public static CatalogEntry of(Action action, ActionKind kind) {
    dev.muster.proto.type.v1.Action.Builder declaration =
        dev.muster.proto.type.v1.Action.newBuilder()
            .setName(action.name())
            .setKind(kind)
            .setDanger(toProto(action.danger()))
            .setSummary(action.summary())
            .setVersion(action.version())
            .setRequiresConfirmation(action.requiresConfirmation())
            .setIdempotent(action.idempotent())
            .setEnabled(true)
            .setExclusiveGroup(action.exclusiveGroup())
            .setAllowWhenDisabled(action.allowWhenDisabled())
            .setPrepares(action.prepareHandler().isPresent());
    action.schemaJson().map(ByteString::copyFromUtf8).ifPresent(declaration::setInputSchemaJson);
    action.timeout().map(CatalogEntry::toProto).ifPresent(declaration::setRunTimeout);
    return new CatalogEntry(
        declaration.build(),
        action.schemaJson().map(InputSchema::compile).orElse(InputSchema.none()),
        new HandlerBody(
            action.handler(),
            kind == ActionKind.ACTION_KIND_BUILTIN
                ? ActionBody.Place.AGENT
                : ActionBody.Place.EMBEDDER),
        action.prepareHandler());
  }

  /** Returns the name of the action. */
  public String name() {
    return declaration.getName();
  }

  /** Returns how the wire tells this danger. */
  public static dev.muster.proto.type.v1.Danger toProto(Danger danger) {
    return switch (danger) {
      case LOW -> dev.muster.proto.type.v1.Danger.DANGER_LOW;
      case MEDIUM -> dev.muster.proto.type.v1.Danger.DANGER_MEDIUM;
      case HIGH -> dev.muster.proto.type.v1.Danger.DANGER_HIGH;
      case CRITICAL -> dev.muster.proto.type.v1.Danger.DANGER_CRITICAL;
    };
  }

  /** Returns how the wire tells this span. */
  public static Duration toProto(java.time.Duration span) {
    return Duration.newBuilder().setSeconds(span.getSeconds()).setNanos(span.getNano()).build();
  }
}
