// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Timers of all nodes: setting and cancelling one costs a few writes and no memory, however many
 * there are. Times are kept to {@value #TICK_MILLIS} ms, never early. Whoever owns it calls {@link
 * #advance} often. Not thread-safe.
 */
public final class TimerWheel {
  /** How exact it is. */
  public static final int TICK_MILLIS = 5;

  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);

  // A power of two; a turn takes 20 s, so most timers are looked at once.
  private static final int SLOTS = 4_096;

  private final LongSupplier nanos;
  private final long origin;
  private final @Nullable Timer[] slots = new Timer[SLOTS];
  private long passed; // the last tick that is done

  /** A timer that can be set again and again, once at a time. */
  public abstract static class Timer {
    private @Nullable Timer next;
    private @Nullable Timer previous;
    private long dueTick;
    private boolean set;

    /** Called when its time has come. It may be set again from here. */
    protected abstract void fire();

    /** Returns a timer that does this. */
    public static Timer of(Runnable task) {
      return new Timer() {
        @Override
        protected void fire() {
          task.run();
        }
      };
    }
  }

  /** Makes a wheel that reads this elapsed time. */
  public TimerWheel(LongSupplier nanos) {
    this.nanos = nanos;
    this.origin = nanos.getAsLong();
  }

  /** Returns the elapsed time that it goes by. */
  public long nanos() {
    return nanos.getAsLong();
  }

  /** Sets a timer, or sets it anew. */
  public void set(Timer timer, long delayNanos) {
    cancel(timer);
    long due = nanos.getAsLong() - origin + Math.max(0, delayNanos);
    timer.dueTick = Math.max(passed + 1, (due + TICK_NANOS - 1) / TICK_NANOS);
    timer.set = true;
    int slot = slotOf(timer);
    Timer first = slots[slot];
    timer.next = first;
    if (first != null) {
      first.previous = timer;
    }
    slots[slot] = timer;
  }

  /** Takes a timer back; harmless where it is not set. */
  public void cancel(Timer timer) {
    if (!timer.set) {
      return;
    }
    if (timer.previous != null) {
      timer.previous.next = timer.next;
    } else {
      slots[slotOf(timer)] = timer.next;
    }
    if (timer.next != null) {
      timer.next.previous = timer.previous;
    }
    timer.next = null;
    timer.previous = null;
    timer.set = false;
  }

  /** Fires what is due. */
  public void advance() {
    long now = (nanos.getAsLong() - origin) / TICK_NANOS;
    while (passed < now) {
      passed++;
      fireDue((int) (passed & (SLOTS - 1)));
    }
  }

  private void fireDue(int slot) {
    // From the start after each: a timer that fires may cancel any other.
    Timer due = dueIn(slot);
    while (due != null) {
      cancel(due);
      due.fire();
      due = dueIn(slot);
    }
  }

  private @Nullable Timer dueIn(int slot) {
    for (Timer timer = slots[slot]; timer != null; timer = timer.next) {
      if (timer.dueTick <= passed) {
        return timer;
      }
    }
    return null;
  }

  private static int slotOf(Timer timer) {
    return (int) (timer.dueTick & (SLOTS - 1));
  }
}
