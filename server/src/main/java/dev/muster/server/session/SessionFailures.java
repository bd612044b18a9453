// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.ledger.StoreException;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeId;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What goes wrong with sessions, in the words of the catalogue. */
final class SessionFailures {
  /** How long to wait before a store that failed is asked again. */
  static final Duration STORE_RETRY = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(SessionFailures.class);

  private SessionFailures() {}

  static BusException superseded(NodeId node) {
    return BusException.of(ErrorReason.SESSION_SUPERSEDED)
        .message("A newer session of this node took over.")
        .with("node_id", node)
        .build();
  }

  static BusException offline(Node node) {
    return BusException.of(ErrorReason.NODE_OFFLINE)
        .message("Node " + node.name() + " has no live session.")
        .with("node", node.name())
        .build();
  }

  /** Returns what an agent is told of a failure; what was not foreseen goes to the log. */
  static BusException refusalOf(@Nullable Throwable failure) {
    Throwable cause = failure == null ? new IllegalStateException() : unwrapped(failure);
    if (cause instanceof BusException refusal) {
      return refusal;
    }
    if (cause instanceof StoreException) {
      return BusException.of(ErrorReason.STORE_UNAVAILABLE)
          .message("The store cannot be written now; try again.")
          .retryAfter(STORE_RETRY)
          .cause(cause)
          .build();
    }
    log.error("a session's request failed", cause);
    return BusException.of(ErrorReason.INCIDENT)
        .message("Something unforeseen happened.")
        .cause(cause)
        .build();
  }

  static Throwable unwrapped(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
