// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.agent;

import com.google.protobuf.ByteString;
import dev.muster.proto.agent.v1.CatalogPage;
import dev.muster.proto.type.v1.Action;
import dev.muster.server.catalog.AnnouncedAction;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.session.AnnouncedCatalog;
import dev.muster.wire.CatalogDigest;
import dev.muster.wire.Limits;
import dev.muster.wire.Sha256;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Puts the pages of one catalog together, within its bounds, and checks its digest. One per stream;
 * not thread-safe.
 */
final class CatalogAssembly {
  private List<Action> actions = new ArrayList<>(0);
  private int bytes;

  /**
   * Takes the next page; returns the catalog once it is whole.
   *
   * @throws BusException CATALOG_INVALID where it is too large or its digest is not that of its
   *     actions; then the pages are forgotten
   */
  Optional<AnnouncedCatalog> add(CatalogPage page) {
    bytes += page.getSerializedSize();
    actions.addAll(page.getActionsList());
    if (bytes > Limits.CATALOG_BYTES || actions.size() > Limits.CATALOG_ACTIONS) {
      throw refused(
          "It has more than "
              + Limits.CATALOG_ACTIONS
              + " actions or "
              + Limits.CATALOG_BYTES
              + " bytes.");
    }
    if (page.getContinues()) {
      return Optional.empty();
    }
    // Nodes share catalogs by digest: one that lies about it would speak for others.
    byte[] digest = CatalogDigest.of(actions);
    if (!Arrays.equals(digest, page.getDigest().toByteArray())) {
      throw refused("Its digest is not that of its actions.");
    }
    AnnouncedCatalog whole =
        new AnnouncedCatalog(
            Sha256.of(digest), actions.stream().map(CatalogAssembly::announced).toList());
    forget();
    return Optional.of(whole);
  }

  private BusException refused(String sentence) {
    forget();
    return BusException.of(ErrorReason.CATALOG_INVALID)
        .message("The catalog is refused. " + sentence)
        .build();
  }

  private void forget() {
    actions = new ArrayList<>(0);
    bytes = 0;
  }

  private static AnnouncedAction announced(Action action) {
    return new AnnouncedAction(
        action.getName(),
        word(action.getKind(), "ACTION_KIND_"),
        word(action.getDanger(), "DANGER_"),
        action.getSummary(),
        action.getVersion(),
        action.getInputSchemaJson().toByteArray(),
        action.hasRunTimeout() ? Optional.of(runTimeout(action.getRunTimeout())) : Optional.empty(),
        action.getRequiresConfirmation(),
        action.getIdempotent(),
        action.getEnabled(),
        action.getExclusiveGroup(),
        action.getAllowWhenDisabled(),
        bytes(action.getHookDigest()),
        action.getMinRole(),
        action.getCondition(),
        action.getOutputLimitBytes(),
        action.getPrepares());
  }

  /**
   * What is far out of range is brought just out of it, where no sum overflows and the entry is
   * refused by itself.
   */
  private static Duration runTimeout(com.google.protobuf.Duration announced) {
    long most = Limits.MAX_RUN_TIMEOUT.toSeconds() + 10;
    return Duration.ofSeconds(
        Math.max(-most, Math.min(most, announced.getSeconds())), announced.getNanos());
  }

  private static byte[] bytes(ByteString bytes) {
    return bytes.toByteArray();
  }

  private static String word(Enum<?> constant, String prefix) {
    String name = constant.name().toUpperCase(Locale.ROOT);
    return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
  }
}
