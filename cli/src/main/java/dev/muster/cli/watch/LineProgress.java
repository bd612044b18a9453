// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.muster.cli.output.Terminal;
import dev.muster.proto.operator.v1.Execution;
import java.util.function.LongSupplier;

/**
 * A line at each change, for logs and pipes. In a large cohort at most one a second, so that the
 * log stays readable; the table at the end has the rest.
 */
final class LineProgress implements Progress {
  private static final int LARGE_COHORT = 20;
  private static final long LARGE_COHORT_NANOS = 1_000_000_000L;

  private final Terminal terminal;
  private final LongSupplier nanoTime;
  private final Object lock = new Object();

  @GuardedBy("lock") private String shown = "";

  @GuardedBy("lock") private long shownNanos;

  @GuardedBy("lock") private boolean closed;

  LineProgress(Terminal terminal, LongSupplier nanoTime) {
    this.terminal = terminal;
    this.nanoTime = nanoTime;
  }

  @Override
  public void show(Execution execution) {
    String text = ProgressText.of(execution);
    long now = nanoTime.getAsLong();
    synchronized (lock) {
      boolean soon =
          !shown.isEmpty()
              && execution.getCohortSize() > LARGE_COHORT
              && now - shownNanos < LARGE_COHORT_NANOS;
      if (!closed && !soon && !text.equals(shown)) {
        shown = text;
        shownNanos = now;
        terminal.line(text);
      }
    }
  }

  @Override
  public void tell(String line) {
    synchronized (lock) {
      if (!closed) {
        terminal.line(line);
      }
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
    }
  }
}
