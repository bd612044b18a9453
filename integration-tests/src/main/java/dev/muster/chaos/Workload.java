// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.muster.chaos.check.Asked;
import dev.muster.proto.operator.v1.CancelExecutionRequest;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * An operator who dispatches and cancels until it is calm, and looks after what goes out in
 * portions. Each request is repeated under its id until it is answered, and now and then once more.
 * What was answered is kept; that may be read from any thread.
 */
final class Workload implements Runnable {
  private final String name;
  private final Operator operator;
  private final BooleanSupplier goesOn;
  private final Function<String, DispatchExecutionRequest> wishes;
  private final Chance chance;
  private final Calm calm;
  private final Moments moments;
  private final Tender tender;
  private final Object lock = new Object();

  @GuardedBy("lock") private final List<Asked> asked = new ArrayList<>();

  /**
   * Makes an operator.
   *
   * @param goesOn waits for the time of the next dispatch; false: there is none any more
   * @param wishes makes the dispatch of a request id
   * @param tender looks after them; by a chance of its own, as it draws by what it finds
   */
  Workload(
      String name,
      Operator operator,
      BooleanSupplier goesOn,
      Function<String, DispatchExecutionRequest> wishes,
      Chance chance,
      Tender tender,
      Calm calm,
      Moments moments) {
    this.name = name;
    this.operator = operator;
    this.goesOn = goesOn;
    this.wishes = wishes;
    this.chance = chance;
    this.calm = calm;
    this.moments = moments;
    this.tender = tender;
  }

  @Override
  public void run() {
    for (int i = 0; goesOn.getAsBoolean(); i++) {
      dispatch(wishes.apply(name + "-" + i));
      tender.look();
    }
    tender.end();
  }

  /** Returns what was asked for and answered so far. */
  List<Asked> asked() {
    synchronized (lock) {
      return Stream.concat(asked.stream(), tender.asked().stream()).toList();
    }
  }

  /** Returns what this operator did beside dispatching. */
  Tender tender() {
    return tender;
  }

  private void dispatch(DispatchExecutionRequest request) {
    boolean twice = chance.percent(10);
    boolean cancels = chance.percent(request.hasRollout() ? 10 : 25);
    boolean follows = request.hasRollout() || chance.percent(8);
    Duration until = chance.millis(0, 1_500);
    Set<String> answers = new LinkedHashSet<>();
    String refusal = "";
    try {
      answers.add(send(request));
      if (twice) {
        answers.add(send(request));
      }
    } catch (StatusRuntimeException e) {
      refusal = e.getStatus().getCode() + ": " + e.getStatus().getDescription();
    }
    synchronized (lock) {
      asked.add(new Asked(request.getRequestId(), answers, refusal));
    }
    if (cancels && !answers.isEmpty()) {
      var unused = calm.pause(until);
      answers.forEach(this::cancel);
    } else if (follows) {
      answers.forEach(tender::follow);
    }
  }

  private String send(DispatchExecutionRequest request) {
    String id =
        operator
            .insist(
                executions -> {
                  moments.happened(Moments.Kind.DISPATCH_SENT);
                  return executions.dispatchExecution(request);
                })
            .getExecution()
            .getId();
    moments.happened(Moments.Kind.DISPATCH_ANSWERED);
    return id;
  }

  private void cancel(String execution) {
    try {
      var unused =
          operator.insist(
              executions ->
                  executions.cancelExecution(
                      CancelExecutionRequest.newBuilder().setExecutionId(execution).build()));
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.FAILED_PRECONDITION) {
        throw e;
      }
      // It has settled.
    }
  }
}
