// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.scenario;

import dev.muster.bench.BenchFailedException;
import dev.muster.bench.bed.Operator;
import dev.muster.bench.report.Samples;
import dev.muster.proto.operator.v1.ListNodesRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * An operator who looks at the fleet all the time, in a thread of its own: a page of nodes, then an
 * execution, and again. Calls while the server is away do not count; any other failure does.
 */
public final class OperatorProbe implements AutoCloseable {
  private static final int PAGE = 50;
  private static final long PAUSE_NANOS = 5_000_000;
  private static final long AWAY_NANOS = 20_000_000;
  private static final long JOIN_MILLIS = 70_000;

  private final Operator operator;
  private final String executionId;
  private final Thread thread = new Thread(this::run, "bench-operator");
  private final List<Call> calls = new ArrayList<>();
  private volatile boolean ending; // written by close, read by the thread

  /**
   * One call.
   *
   * @param beginNanos when it was made
   * @param millis how long it took
   * @param code how it ended
   */
  private record Call(long beginNanos, double millis, Status.Code code) {}

  /**
   * What the calls came to.
   *
   * @param answered how long those took that were answered, in ms
   * @param failed how many failed
   */
  record Seen(Samples answered, int failed) {}

  private OperatorProbe(Operator operator, String executionId) {
    this.operator = operator;
    this.executionId = executionId;
  }

  /** Begins to call. */
  static OperatorProbe begin(Operator operator, String executionId) {
    OperatorProbe probe = new OperatorProbe(operator, executionId);
    probe.thread.start();
    return probe;
  }

  /**
   * Returns what the calls came to that were made in this time. Failures count from the first
   * answer on: before it, the client itself may not yet have noticed that there is a server again.
   */
  synchronized Seen between(long fromNanos, long toNanos) {
    Predicate<Call> within =
        call -> call.beginNanos() - fromNanos >= 0 && call.beginNanos() - toNanos <= 0;
    List<Double> answered =
        calls.stream()
            .filter(within.and(call -> call.code() == Status.Code.OK))
            .map(Call::millis)
            .toList();
    if (answered.isEmpty()) {
      throw new BenchFailedException("the operator got no answer while the nodes came back");
    }
    int failed =
        (int)
            calls.stream()
                .filter(within)
                .dropWhile(call -> call.code() != Status.Code.OK)
                .filter(call -> call.code() != Status.Code.OK)
                .count();
    return new Seen(Samples.of(answered), failed);
  }

  @Override
  public void close() {
    ending = true;
    try {
      thread.join(JOIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    boolean pages = false;
    while (!ending) {
      pages = !pages;
      Status.Code code = call(pages);
      if (code == Status.Code.UNAVAILABLE) {
        operator.reconnect();
      }
      LockSupport.parkNanos(code == Status.Code.OK ? PAUSE_NANOS : AWAY_NANOS);
    }
  }

  private Status.Code call(boolean page) {
    long begin = System.nanoTime();
    Status.Code code = Status.Code.OK;
    try {
      if (page) {
        var unused =
            operator.nodes().listNodes(ListNodesRequest.newBuilder().setPageSize(PAGE).build());
      } else {
        var unused = operator.execution(executionId);
      }
    } catch (StatusRuntimeException e) {
      code = e.getStatus().getCode();
    }
    double millis = (System.nanoTime() - begin) / 1e6;
    synchronized (this) {
      calls.add(new Call(begin, millis, code));
    }
    return code;
  }
}
