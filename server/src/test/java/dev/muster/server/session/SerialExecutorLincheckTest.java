// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Guards against the task that comes between the last look into the queue and the end of the drain,
 * and that nobody ever runs.
 */
final class SerialExecutorLincheckTest {
  @Test
  void everyTaskRuns_oneAtATime_eachThreadsInItsOrder() throws Exception {
    for (int round = 0; round < 50; round++) {
      SerialExecutor serial = new SerialExecutor();
      AtomicInteger inside = new AtomicInteger();
      AtomicInteger overlaps = new AtomicInteger();
      int threads = 4;
      int each = 2_000;
      List<List<Integer>> ran = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        ran.add(new ArrayList<>()); // Touched by tasks only: the executor alone makes that safe.
      }
      CountDownLatch start = new CountDownLatch(1);
      List<Thread> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int mine = t;
        Thread thread =
            new Thread(
                () -> {
                  try {
                    start.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  for (int i = 0; i < each; i++) {
                    int number = i;
                    serial.execute(
                        () -> {
                          if (inside.incrementAndGet() != 1) {
                            overlaps.incrementAndGet();
                          }
                          ran.get(mine).add(number);
                          inside.decrementAndGet();
                        });
                  }
                });
        all.add(thread);
        thread.start();
      }
      start.countDown();
      for (Thread thread : all) {
        thread.join();
      }
      CountDownLatch last = new CountDownLatch(1);
      serial.execute(last::countDown);
      last.await();

      assertThat(overlaps).hasValue(0);
      for (List<Integer> numbers : ran) {
        assertThat(numbers).hasSize(each).isSorted();
      }
    }
  }

  @Test
  void taskFromWithin_runsAfterTheOneThatGaveIt() {
    SerialExecutor serial = new SerialExecutor();
    List<String> order = new ArrayList<>();

    serial.execute(
        () -> {
          serial.execute(() -> order.add("inner"));
          order.add("outer");
        });

    assertThat(order).containsExactly("outer", "inner");
  }

  @Test
  void taskThatThrows_stopsNothing() {
    SerialExecutor serial = new SerialExecutor();
    List<String> order = new ArrayList<>();

    serial.execute(
        () -> {
          serial.execute(() -> order.add("after"));
          throw new IllegalStateException("in a test");
        });

    assertThat(order).containsExactly("after");
    assertThatThrownBy(serial::assertInside).isInstanceOf(IllegalStateException.class);
    serial.execute(serial::assertInside);
  }
}
