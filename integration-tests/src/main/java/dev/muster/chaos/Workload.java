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

/**
 * An operator who dispatches and cancels until it is calm. Each request is repeated under its id
 * until it is answered, and now and then once more. What was answered is kept; that may be read
 * from any thread.
 */
final class Workload implements Runnable {
  private final String name;
  private final Operator operator;
  private final List<String> nodes;
  private final Chance chance;
  private final Calm calm;
  private final Answers given;
  private final Object lock = new Object();

  @GuardedBy("lock") private final List<Asked> asked = new ArrayList<>();

  Workload(
      String name, Operator operator, List<String> nodes, Chance chance, Calm calm, Answers given) {
    this.name = name;
    this.operator = operator;
    this.nodes = nodes;
    this.chance = chance;
    this.given = given;
    this.calm = calm;
  }

  @Override
  public void run() {
    for (int i = 0; calm.pause(chance.millis(150, 1_200)); i++) {
      dispatch(Wish.draw(chance, nodes, name + "-" + i));
    }
  }

  /** Returns what was asked for and answered so far. */
  List<Asked> asked() {
    synchronized (lock) {
      return List.copyOf(asked);
    }
  }

  private void dispatch(DispatchExecutionRequest request) {
    boolean twice = chance.percent(10);
    boolean cancels = chance.percent(25);
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
    }
  }

  private String send(DispatchExecutionRequest request) {
    String id =
        operator.insist(executions -> executions.dispatchExecution(request)).getExecution().getId();
    given.given();
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
