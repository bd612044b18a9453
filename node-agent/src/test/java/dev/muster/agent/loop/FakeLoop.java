// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

/** A loop that runs when the test says, at the time that the test says. */
public final class FakeLoop implements Loop {
  private record Planned(long dueNanos, long order, Runnable task) {}

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final PriorityQueue<Planned> planned =
      new PriorityQueue<>(
          Comparator.comparingLong(Planned::dueNanos).thenComparingLong(Planned::order));
  private long nanos;
  private long order;
  private Instant wallTime = Instant.parse("2026-11-23T12:00:00Z");

  /** Runs what is due now, and what that brings. */
  public void run() {
    while (true) {
      Runnable task = tasks.poll();
      if (task == null) {
        return;
      }
      task.run();
    }
  }

  /** Lets time pass, running what becomes due on the way. */
  public void pass(Duration time) {
    run();
    long end = nanos + time.toNanos();
    while (!planned.isEmpty() && planned.peek().dueNanos() <= end) {
      Planned next = planned.remove();
      moveTo(next.dueNanos());
      tasks.add(next.task());
      run();
    }
    moveTo(end);
  }

  /** Sets the wall clock, as a suspend or an operator would. */
  public void jump(Duration time) {
    wallTime = wallTime.plus(time);
  }

  private void moveTo(long nanos) {
    wallTime = wallTime.plusNanos(nanos - this.nanos);
    this.nanos = nanos;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    Planned made = new Planned(nanos + delay.toNanos(), order++, task);
    planned.add(made);
    return () -> planned.remove(made);
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public Instant wallTime() {
    return wallTime;
  }

  @Override
  public boolean isOnLoop() {
    return true;
  }
}
