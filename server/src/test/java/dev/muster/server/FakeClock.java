// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Time that moves when the test says so: instants and a timer from one hand. What is due runs on
 * the thread that advances.
 */
public final class FakeClock implements InstantSource {
  private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");

  private final Timer timer = new Timer();
  private final AtomicLong order = new AtomicLong();
  private volatile Instant now; // written by advance()

  /** Makes a clock that begins at some time. */
  public FakeClock() {
    this(START);
  }

  /** Makes a clock that begins at this time, with nothing on its timer. */
  public FakeClock(Instant start) {
    this.now = start;
  }

  @Override
  public Instant instant() {
    return now;
  }

  /** Returns the timer. */
  public ScheduledExecutorService timer() {
    return timer;
  }

  /** Lets time pass; runs what becomes due, in order, at its time. */
  public void advance(Duration by) {
    Instant end = now.plus(by);
    while (true) {
      Task next = timer.tasks.peek();
      if (next == null || next.due.isAfter(end)) {
        break;
      }
      timer.tasks.poll();
      if (next.due.isAfter(now)) {
        now = next.due;
      }
      next.runNow();
    }
    now = end;
  }

  /**
   * Lets time pass at once, as a suspended machine does; what has become due runs with the next
   * {@link #advance}.
   */
  public void jump(Duration by) {
    now = now.plus(by);
  }

  private final class Timer extends AbstractExecutorService implements ScheduledExecutorService {
    final PriorityBlockingQueue<Task> tasks =
        new PriorityBlockingQueue<>(
            11, Comparator.comparing((Task task) -> task.due).thenComparing(task -> task.number));
    private volatile boolean shutdown;

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
      return add(command, delay, null, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(
        Runnable command, long initialDelay, long delay, TimeUnit unit) {
      return add(command, initialDelay, Duration.of(delay, unit.toChronoUnit()), unit);
    }

    private Task add(Runnable command, long delay, @Nullable Duration period, TimeUnit unit) {
      Task task =
          new Task(
              command,
              now.plus(Duration.of(delay, unit.toChronoUnit())),
              period,
              order.incrementAndGet());
      tasks.add(task);
      return task;
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(
        Runnable command, long initialDelay, long period, TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void execute(Runnable command) {
      var unused = add(command, 0, null, TimeUnit.NANOSECONDS);
    }

    @Override
    public void shutdown() {
      shutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      shutdown = true;
      List<Runnable> left = new ArrayList<>(tasks);
      tasks.clear();
      return left;
    }

    @Override
    public boolean isShutdown() {
      return shutdown;
    }

    @Override
    public boolean isTerminated() {
      return shutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return shutdown;
    }
  }

  private final class Task extends FutureTask<@Nullable Void>
      implements RunnableScheduledFuture<@Nullable Void> {
    private final Runnable command;
    private final @Nullable Duration period;
    private final long number;
    private Instant due;

    @SuppressWarnings("NullAway") // A task answers nothing.
    Task(Runnable command, Instant due, @Nullable Duration period, long number) {
      super(command, null);
      this.command = command;
      this.due = due;
      this.period = period;
      this.number = number;
    }

    void runNow() {
      if (isCancelled()) {
        return;
      }
      if (period == null) {
        run();
      } else {
        command.run();
        due = now.plus(period);
        timer.tasks.add(this);
      }
    }

    @Override
    public boolean isPeriodic() {
      return period != null;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(Duration.between(now, due));
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }
}
