// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.barrier;

import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who of a cohort is PREPARED, as the commits have told: what a barrier releases without reading
 * ten thousand rows. Whether it is all of them, and still so, {@link Known#isExactly} says.
 *
 * <p>Bounded by the cohort; the invocations are those that their sessions hold as well.
 * Thread-safe.
 */
final class Ready {
  private static final long BETWEEN_COMMITS = -1;

  private final Map<InvocationId, Invocation> prepared = new LinkedHashMap<>();
  private long revision = BETWEEN_COMMITS;

  /**
   * What was known.
   *
   * @param revision of the execution
   * @param prepared who was ready at it
   */
  record Known(long revision, List<Invocation> prepared) {
    /**
     * Returns whether this is who is ready at a point of the execution. No commit has touched the
     * execution since; and what is known was never more than what is, so if it is as many, it is
     * the same.
     */
    boolean isExactly(ExecutionProgress progress) {
      return revision == progress.revision()
          && prepared.size() == progress.counts().in(InvocationState.PREPARED);
    }
  }

  /** A commit has changed one of the cohort. */
  synchronized void changed(InvocationChange change) {
    revision = BETWEEN_COMMITS;
    Invocation after = change.after();
    if (after.state() == InvocationState.PREPARED) {
      prepared.put(after.id(), after);
    } else {
      prepared.remove(after.id());
    }
  }

  /** All that a commit has changed was told. */
  synchronized void heardAll(long revision) {
    this.revision = revision;
  }

  /** Nobody will ask any more. */
  synchronized void forget() {
    revision = BETWEEN_COMMITS;
    prepared.clear();
  }

  synchronized Known known() {
    return new Known(revision, List.copyOf(prepared.values()));
  }
}
