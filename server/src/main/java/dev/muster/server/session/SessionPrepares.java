// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.RequestedBy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The prepares of one session that wait for the node's answer. Bounded. Used on the session's
 * executor only.
 */
final class SessionPrepares {
  private static final int MAX_WAITING = 64;

  private final NodeSession session;
  private final SessionLife life;
  private final SessionPulse pulse;
  private final SessionOutbound out;
  private final Map<String, CompletableFuture<PreparedAnswer>> waiting = new HashMap<>(0);
  private long next;

  SessionPrepares(NodeSession session, SessionLife life, SessionPulse pulse, SessionOutbound out) {
    this.session = session;
    this.life = life;
    this.pulse = pulse;
    this.out = out;
  }

  /** Asks the node, or refuses where too many wait. */
  void ask(
      String action,
      RequestedBy by,
      Instant answerBefore,
      CompletableFuture<PreparedAnswer> answer) {
    if (waiting.size() >= MAX_WAITING) {
      answer.completeExceptionally(
          BusException.of(ErrorReason.RATE_LIMITED)
              .message(
                  "Node " + session.nodeName() + " has too many prepares under way; try again.")
              .with("node", session.nodeName())
              .retryAfter(Duration.ofSeconds(1))
              .build());
      return;
    }
    String requestId = Long.toString(++next);
    waiting.put(requestId, answer);
    // Whoever waited no longer, took the answer with them.
    var unused =
        answer.whenComplete((done, failure) -> life.unlessEnded(() -> waiting.remove(requestId)));
    out.prepare(requestId, action, answerBefore, by);
    pulse.sent();
  }

  /** Hands an answer to whoever waits; a late or unknown one is ignored. */
  void answered(String requestId, PreparedAnswer answer) {
    @Nullable CompletableFuture<PreparedAnswer> asked = waiting.remove(requestId);
    if (asked != null) {
      asked.complete(answer);
    }
  }

  /** Tells all who wait that no answer will come. */
  void failAll(BusException reason) {
    List<CompletableFuture<PreparedAnswer>> all = List.copyOf(waiting.values());
    waiting.clear();
    all.forEach(answer -> answer.completeExceptionally(reason));
  }
}
