// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One step that a node says it took.
 *
 * @param event what it reports
 * @param agentTime when, by the node's clock; evidence only
 * @param result only on a final report of something that ran
 * @param reason code of why; may be empty
 * @param message sentence of why; may be empty
 * @param started on CANCELLED: whether it had run
 * @param stillRunning on TIMED_OUT: whether it could not be stopped
 * @param attempt which run of an idempotent action, from 1
 */
public record ReportedStep(
    InvocationEvent event,
    @Nullable Instant agentTime,
    @Nullable Result result,
    String reason,
    String message,
    boolean started,
    boolean stillRunning,
    int attempt) {
  /** Checks that a node drives the event. */
  public ReportedStep {
    if (!event.isReport()) {
      throw new IllegalArgumentException(event + " is no report");
    }
    Objects.requireNonNull(reason);
    Objects.requireNonNull(message);
  }

  /** Returns the state that the step reports. */
  public InvocationState state() {
    return event.reported().orElse(InvocationState.STARTED);
  }

  /** Returns whether it tells of output that is in the output store, or should be. */
  public boolean tellsOfUpload() {
    return result != null && result.isUploaded();
  }

  /** Returns a bare step. */
  public static ReportedStep of(InvocationEvent event) {
    return new ReportedStep(event, null, null, "", "", false, false, 1);
  }
}
