// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * Guards against the lost wake-up: an invocation waits in the store, a slot is free, and nobody was
 * told. Then nothing moves until the node's next result, which need never come.
 */
public class CreditLincheckTest {
  private static final int SLOTS = 2;

  private final Credit credit = opened();

  private static Credit opened() {
    Credit credit = new Credit();
    credit.open(SLOTS, 0, 0);
    credit.noBacklog();
    return credit;
  }

  @Operation
  public boolean tryTake() {
    return credit.tryTake();
  }

  @Operation
  public boolean tryTakeForBacklog() {
    return credit.tryTakeForBacklog();
  }

  @Operation
  public boolean giveBack() {
    return credit.giveBack(false);
  }

  @Operation
  public boolean giveBackStillRunning() {
    return credit.giveBack(true);
  }

  @Operation
  public boolean running() {
    return credit.running(0);
  }

  @Operation
  public void noBacklog() {
    credit.noBacklog();
  }

  @Operation
  public int available() {
    return credit.available();
  }

  @Test
  void credit_isLinearizable() {
    new ModelCheckingOptions()
        .iterations(20)
        .invocationsPerIteration(500)
        .threads(2)
        .actorsPerThread(3)
        .check(CreditLincheckTest.class);
  }

  /**
   * The whole loop: one thread decides as the ledger's does, others give back as sessions do. What
   * waits is handed over to the last, and never are more out than there are slots.
   */
  @Test
  void whatWaits_isAlwaysHandedOver() throws Exception {
    for (int round = 0; round < 20; round++) {
      Credit contended = opened();
      AtomicInteger waiting = new AtomicInteger();
      AtomicInteger out = new AtomicInteger();
      AtomicBoolean asked = new AtomicBoolean();
      AtomicBoolean done = new AtomicBoolean();
      AtomicInteger most = new AtomicInteger();
      int total = 500;
      AtomicInteger finished = new AtomicInteger();
      CountDownLatch ready = new CountDownLatch(3);
      List<Thread> threads = new ArrayList<>();
      threads.add(
          new Thread(
              () -> {
                // The ledger's thread: dispatches, and looks for the courier.
                ready.countDown();
                Random random = new Random();
                int made = 0;
                while (!done.get()) {
                  LockSupport.parkNanos(1);
                  if (made < total && random.nextInt(3) == 0) {
                    made++;
                    if (contended.tryTake()) {
                      most.accumulateAndGet(out.incrementAndGet(), Math::max);
                    } else {
                      waiting.incrementAndGet();
                    }
                  }
                  if (asked.compareAndSet(true, false)) {
                    while (waiting.get() > 0 && contended.tryTakeForBacklog()) {
                      waiting.decrementAndGet();
                      most.accumulateAndGet(out.incrementAndGet(), Math::max);
                    }
                    if (waiting.get() == 0) {
                      contended.noBacklog();
                    } else if (contended.available() > 0) {
                      asked.set(true);
                    }
                  }
                }
              }));
      for (int i = 0; i < 2; i++) {
        threads.add(
            new Thread(
                () -> {
                  // A session: results come, slots come back.
                  ready.countDown();
                  while (!done.get()) {
                    int now = out.get();
                    if (now > 0 && out.compareAndSet(now, now - 1)) {
                      if (contended.giveBack(false)) {
                        asked.set(true);
                      }
                      if (finished.incrementAndGet() == total) {
                        done.set(true);
                      }
                    }
                    LockSupport.parkNanos(1);
                  }
                }));
      }
      threads.forEach(Thread::start);
      long end = System.nanoTime() + 20_000_000_000L;
      while (!done.get() && System.nanoTime() < end) {
        LockSupport.parkNanos(1);
      }
      boolean all = done.getAndSet(true);
      for (Thread thread : threads) {
        thread.join();
      }

      assertThat(all).as("round %s: %s wait, %s out", round, waiting, out).isTrue();
      assertThat(most.get()).isLessThanOrEqualTo(SLOTS);
    }
  }
}
