// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.session.SessionOutbound.ChangedAction;
import dev.muster.server.session.SessionOutbound.RefusedAction;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The catalogs that one session's agent announces: has them taken elsewhere, and tells the agent
 * what became of them. Used on the session's executor only.
 */
final class SessionCatalog {
  private final NodeSession session;
  private final SessionLife life;
  private final SessionPulse pulse;
  private final SessionServices services;
  private final SessionOutbound out;

  SessionCatalog(
      NodeSession session,
      SessionLife life,
      SessionPulse pulse,
      SessionServices services,
      SessionOutbound out) {
    this.session = session;
    this.life = life;
    this.pulse = pulse;
    this.services = services;
    this.out = out;
  }

  /** The agent announces its catalog, whole. */
  void announced(AnnouncedCatalog announced) {
    if (!life.isWelcomed()) {
      life.breach("a catalog before Welcome");
      return;
    }
    CompletableFuture<CatalogIntake.Taken> taken;
    try {
      taken = services.catalogs().take(session.nodeId(), announced);
    } catch (RejectedExecutionException e) {
      taken = CompletableFuture.failedFuture(e);
    }
    var unused =
        taken.whenComplete(
            (result, failure) -> life.unlessEnded(() -> taken(announced, result, failure)));
  }

  private void taken(
      AnnouncedCatalog announced,
      CatalogIntake.@Nullable Taken taken,
      @Nullable Throwable failure) {
    if (taken == null) {
      // The agent announces again on its next session; until then the catalog before stands.
      out.refuse(SessionFailures.refusalOf(failure));
    } else {
      out.catalogAck(
          announced.digest(),
          taken.changes().stream()
              .map(change -> new ChangedAction(change.action(), change.fields()))
              .toList(),
          taken.refusals().stream()
              .map(refusal -> new RefusedAction(refusal.action(), refusal.message()))
              .toList());
    }
    pulse.sent();
    out.requestMore();
  }
}
