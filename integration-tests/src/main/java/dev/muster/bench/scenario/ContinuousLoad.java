// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.scenario;

import dev.muster.bench.BenchFailedException;
import dev.muster.bench.bed.Bed;
import dev.muster.bench.report.Samples;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Dispatches to the whole fleet, one after the other, in a thread of its own until it is closed.
 */
public final class ContinuousLoad implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Bed bed;
  private final DispatchExecutionRequest request = FanoutScenario.request(FanoutScenario.NO_INPUT);
  private final Thread thread = new Thread(this::run, "bench-load");
  private final List<Double> millis = new ArrayList<>();
  private volatile boolean ending; // written by close, read by the thread
  private @Nullable RuntimeException failure;
  private CountDownLatch awaited = new CountDownLatch(0);

  private ContinuousLoad(Bed bed) {
    this.bed = bed;
  }

  /** Begins to dispatch. */
  static ContinuousLoad begin(Bed bed) {
    ContinuousLoad load = new ContinuousLoad(bed);
    load.thread.start();
    return load;
  }

  /** Waits until so many more dispatches have settled. */
  void awaitRounds(int rounds) {
    CountDownLatch latch = new CountDownLatch(rounds);
    synchronized (this) {
      awaited = latch;
    }
    try {
      if (!latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new BenchFailedException("the load did not come into its stride");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throwFailure();
  }

  /** Returns how long the dispatches took so far, in ms. */
  synchronized Samples samples() {
    throwFailure();
    return Samples.of(millis);
  }

  /** Ends the load once the dispatch that is under way has settled. */
  @Override
  public void close() {
    ending = true;
    try {
      thread.join(PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!ending) {
        double took = bed.dispatchToAll(request);
        synchronized (this) {
          millis.add(took);
          awaited.countDown();
        }
      }
    } catch (RuntimeException e) {
      synchronized (this) {
        failure = e;
        while (awaited.getCount() > 0) {
          awaited.countDown();
        }
      }
    }
  }

  private synchronized void throwFailure() {
    if (failure != null) {
      throw new BenchFailedException("the load failed: " + failure.getMessage(), failure);
    }
  }
}
