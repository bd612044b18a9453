// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.muster.cli.output.StatusLine;
import dev.muster.cli.output.Terminal;
import dev.muster.cli.output.Times;
import dev.muster.proto.operator.v1.Execution;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * One line with a bar, drawn anew a few times a second however fast the news come. Owns a thread.
 */
final class RedrawnProgress implements Progress {
  private static final long REDRAW_MILLIS = 100;
  private static final int BAR_COLUMNS = 20;

  private final StatusLine line;
  private final long startNanos = System.nanoTime();
  private final ScheduledExecutorService redrawing =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "muster-progress");
            thread.setDaemon(true);
            return thread;
          });

  private final Object lock = new Object();

  @GuardedBy("lock") private Execution execution = Execution.getDefaultInstance();

  @GuardedBy("lock") private boolean closed;

  RedrawnProgress(Terminal terminal) {
    line = new StatusLine(terminal);
    Future<?> unused =
        redrawing.scheduleWithFixedDelay(this::draw, 0, REDRAW_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void show(Execution news) {
    synchronized (lock) {
      execution = news;
    }
  }

  @Override
  public void tell(String text) {
    synchronized (lock) {
      if (!closed) {
        line.printAbove(text);
      }
    }
  }

  @Override
  public void close() {
    redrawing.shutdownNow();
    synchronized (lock) {
      if (!closed) {
        closed = true;
        line.clear();
      }
    }
  }

  private void draw() {
    synchronized (lock) {
      if (closed || execution.getId().isEmpty()) {
        return;
      }
      Duration elapsed = Duration.ofNanos(System.nanoTime() - startNanos);
      line.show(
          ProgressText.bar(execution, BAR_COLUMNS)
              + " "
              + ProgressText.of(execution)
              + "  "
              + Times.span(elapsed.truncatedTo(ChronoUnit.SECONDS)));
    }
  }
}
