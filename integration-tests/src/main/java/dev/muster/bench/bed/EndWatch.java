// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.bed;

import dev.muster.bench.BenchFailedException;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.WatchDetail;
import dev.muster.proto.operator.v1.WatchExecutionRequest;
import dev.muster.proto.operator.v1.WatchExecutionResponse;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/**
 * Sees the end of a dispatch, as an operator would who waits for nothing else: by a watch of the
 * execution alone, opened when the dispatch has returned. The server tells the end once it is
 * committed. (What it costs to be told each change of each invocation, scenario watchers measures.)
 */
public final class EndWatch {
  private final Operator operator;

  public EndWatch(Operator operator) {
    this.operator = operator;
  }

  /**
   * Waits until an execution has settled, and returns it as it is then.
   *
   * @throws BenchFailedException if it does not settle in time
   */
  public Execution await(Execution dispatched, Duration patience) {
    Iterator<WatchExecutionResponse> events =
        operator
            .executions()
            .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS)
            .watchExecution(
                WatchExecutionRequest.newBuilder()
                    .setExecutionId(dispatched.getId())
                    .setDetail(WatchDetail.WATCH_DETAIL_EXECUTION)
                    .build());
    Execution last = dispatched;
    try {
      while (events.hasNext()) {
        WatchExecutionResponse event = events.next();
        if (event.hasExecution()) {
          last = event.getExecution();
        } else if (event.hasSnapshot()) {
          last = event.getSnapshot().getExecution();
        }
        if (Settled.is(last)) {
          // The server ends the stream now; that is no part of what is measured.
          return last;
        }
      }
    } catch (StatusRuntimeException e) {
      throw new BenchFailedException(
          "the watch of execution "
              + dispatched.getId()
              + " ended with "
              + e.getStatus()
              + "; last seen:\n"
              + last.getCounts(),
          e);
    }
    throw new BenchFailedException(
        "the watch of execution " + dispatched.getId() + " ended before the execution had settled");
  }
}
