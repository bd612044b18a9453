// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.muster.proto.agent.v1.CatalogPage;
import dev.muster.server.access.Role;
import dev.muster.server.catalog.Action;
import dev.muster.server.catalog.ActionKind;
import dev.muster.server.catalog.Catalog;
import dev.muster.server.catalog.Danger;
import dev.muster.wire.Sha256;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Catalogs as the store keeps them: one page of wire messages with the accepted actions. */
final class CatalogCodec {
  private CatalogCodec() {}

  static byte[] encode(Catalog catalog) {
    CatalogPage.Builder page = CatalogPage.newBuilder();
    catalog.actions().forEach(action -> page.addActions(encode(action)));
    return page.build().toByteArray();
  }

  static Catalog decode(Sha256 digest, byte[] actions) {
    try {
      return Catalog.of(
          digest,
          CatalogPage.parseFrom(actions).getActionsList().stream()
              .map(CatalogCodec::decode)
              .toList());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("catalog " + digest + " is damaged in the store", e);
    }
  }

  private static dev.muster.proto.type.v1.Action encode(Action action) {
    dev.muster.proto.type.v1.Action.Builder message =
        dev.muster.proto.type.v1.Action.newBuilder()
            .setName(action.name())
            .setKind(encode(action.kind()))
            .setDanger(encode(action.danger()))
            .setSummary(action.summary())
            .setVersion(action.version())
            .setInputSchemaJson(ByteString.copyFromUtf8(action.inputSchemaJson()))
            .setRunTimeout(
                com.google.protobuf.Duration.newBuilder()
                    .setSeconds(action.runTimeout().toSeconds())
                    .setNanos(action.runTimeout().toNanosPart()))
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

  private static Action decode(dev.muster.proto.type.v1.Action message) {
    return new Action(
        message.getName(),
        decode(message.getKind()),
        decode(message.getDanger()),
        message.getSummary(),
        message.getVersion(),
        message.getInputSchemaJson().toStringUtf8(),
        Duration.ofSeconds(
            message.getRunTimeout().getSeconds(), message.getRunTimeout().getNanos()),
        message.getRequiresConfirmation(),
        message.getIdempotent(),
        message.getEnabled(),
        message.getExclusiveGroup(),
        message.getAllowWhenDisabled(),
        message.getHookDigest().isEmpty()
            ? Optional.empty()
            : Optional.of(Sha256.of(message.getHookDigest().toByteArray())),
        Role.valueOf(message.getMinRole().toUpperCase(Locale.ROOT)),
        message.getCondition(),
        message.getOutputLimitBytes(),
        message.getPrepares());
  }

  private static dev.muster.proto.type.v1.ActionKind encode(ActionKind kind) {
    return switch (kind) {
      case BUILTIN -> dev.muster.proto.type.v1.ActionKind.ACTION_KIND_BUILTIN;
      case HOOK -> dev.muster.proto.type.v1.ActionKind.ACTION_KIND_HOOK;
      case HANDLER -> dev.muster.proto.type.v1.ActionKind.ACTION_KIND_HANDLER;
    };
  }

  private static ActionKind decode(dev.muster.proto.type.v1.ActionKind kind) {
    return switch (kind) {
      case ACTION_KIND_BUILTIN -> ActionKind.BUILTIN;
      case ACTION_KIND_HOOK -> ActionKind.HOOK;
      case ACTION_KIND_HANDLER -> ActionKind.HANDLER;
      case ACTION_KIND_UNSPECIFIED, ACTION_KIND_WEBHOOK, ACTION_KIND_COMPOSITE, UNRECOGNIZED ->
          throw new IllegalStateException(kind + " in a stored catalog");
    };
  }

  private static dev.muster.proto.type.v1.Danger encode(Danger danger) {
    return switch (danger) {
      case LOW -> dev.muster.proto.type.v1.Danger.DANGER_LOW;
      case MEDIUM -> dev.muster.proto.type.v1.Danger.DANGER_MEDIUM;
      case HIGH -> dev.muster.proto.type.v1.Danger.DANGER_HIGH;
      case CRITICAL -> dev.muster.proto.type.v1.Danger.DANGER_CRITICAL;
    };
  }

  private static Danger decode(dev.muster.proto.type.v1.Danger danger) {
    return switch (danger) {
      case DANGER_LOW -> Danger.LOW;
      case DANGER_MEDIUM -> Danger.MEDIUM;
      case DANGER_HIGH -> Danger.HIGH;
      case DANGER_CRITICAL -> Danger.CRITICAL;
      case DANGER_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalStateException(danger + " in a stored catalog");
    };
  }
}
