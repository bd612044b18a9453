// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.muster.chaos.check.Asked;
import dev.muster.chaos.check.Deeds;
import dev.muster.chaos.check.Operated;
import dev.muster.chaos.check.Retried;
import dev.muster.proto.operator.v1.CancelExecutionRequest;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionServiceGrpc.ExecutionServiceBlockingStub;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.GetExecutionRequest;
import dev.muster.proto.operator.v1.PauseExecutionRequest;
import dev.muster.proto.operator.v1.ResumeExecutionRequest;
import dev.muster.proto.operator.v1.RetryExecutionRequest;
import dev.muster.proto.type.v1.InvocationState;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Looks after executions that go out in portions: pauses, resumes and retries them. Used by one
 * thread; what was answered may be read from any.
 */
final class Tender {
  /** So long may what is left go on to its own end. */
  private static final Duration END = Duration.ofSeconds(6);

  private static final int LOOKS = 2;
  private static final List<InvocationState> STATES =
      List.of(
          InvocationState.INVOCATION_STATE_FAILED,
          InvocationState.INVOCATION_STATE_TIMED_OUT,
          InvocationState.INVOCATION_STATE_CANCELLED,
          InvocationState.INVOCATION_STATE_EXPIRED,
          InvocationState.INVOCATION_STATE_LOST,
          InvocationState.INVOCATION_STATE_SUCCEEDED);

  private final String name;
  private final Operator operator;
  private final Chance chance;
  private final List<String> followed = new ArrayList<>();
  private int retries;
  private final Object lock = new Object();

  @GuardedBy("lock") private final List<Operated> operated = new ArrayList<>();

  @GuardedBy("lock") private final List<Retried> retried = new ArrayList<>();

  @GuardedBy("lock") private final List<Asked> asked = new ArrayList<>();

  Tender(String name, Operator operator, Chance chance) {
    this.name = name;
    this.operator = operator;
    this.chance = chance;
  }

  /** Looks after an execution from now on. */
  void follow(String execution) {
    followed.add(execution);
  }

  /** Looks at some, and does something about them. */
  void look() {
    for (int i = 0; i < LOOKS && !followed.isEmpty(); i++) {
      String id = chance.oneOf(followed);
      int what = chance.between(1, 100);
      Execution execution = look(id);
      if (execution.hasSettleTime()) {
        followed.remove(id);
        if (what <= 60) {
          retry(id);
        }
        continue;
      }
      switch (execution.getState()) {
        case EXECUTION_STATE_PAUSED -> {
          if (what <= 55) {
            resume(id);
          } else if (what <= 70) {
            cancel(id);
          }
        }
        case EXECUTION_STATE_RUNNING -> {
          if (what <= 25) {
            pause(id);
          }
        }
        default -> {} // It gets ready, or is on its way to its end.
      }
    }
  }

  /** Sees to it that what is left settles. */
  void end() {
    Instant end = Instant.now().plus(END);
    while (!followed.isEmpty() && Instant.now().isBefore(end)) {
      for (String id : List.copyOf(followed)) {
        Execution execution = look(id);
        if (execution.hasSettleTime()) {
          followed.remove(id);
        } else if (execution.getState() == ExecutionState.EXECUTION_STATE_PAUSED) {
          resume(id);
        }
      }
      nap();
    }
    followed.forEach(this::cancel);
    followed.clear();
  }

  /** Returns the retries that were answered, as dispatches. */
  List<Asked> asked() {
    synchronized (lock) {
      return List.copyOf(asked);
    }
  }

  /** Returns what was done. */
  Deeds deeds() {
    synchronized (lock) {
      return new Deeds(operated, retried);
    }
  }

  private Execution look(String id) {
    return note(
            Operated.Verb.LOOKED,
            executions ->
                executions
                    .getExecution(GetExecutionRequest.newBuilder().setExecutionId(id).build())
                    .getExecution())
        .orElseThrow();
  }

  private void pause(String id) {
    var unused =
        note(
            Operated.Verb.PAUSED,
            executions ->
                executions
                    .pauseExecution(PauseExecutionRequest.newBuilder().setExecutionId(id).build())
                    .getExecution());
  }

  private void resume(String id) {
    var unused =
        note(
            Operated.Verb.RESUMED,
            executions ->
                executions
                    .resumeExecution(ResumeExecutionRequest.newBuilder().setExecutionId(id).build())
                    .getExecution());
  }

  private void cancel(String id) {
    var unused =
        ifLegal(
            executions ->
                executions
                    .cancelExecution(CancelExecutionRequest.newBuilder().setExecutionId(id).build())
                    .getExecution());
  }

  private void retry(String source) {
    Set<InvocationState> states = EnumSet.noneOf(InvocationState.class);
    for (InvocationState state : STATES) {
      if (chance.percent(45)) {
        states.add(state);
      }
    }
    if (states.isEmpty()) {
      return;
    }
    String request = name + "-retry-" + retries++;
    String answer = "";
    String refusal = "";
    try {
      answer =
          operator
              .insist(
                  executions ->
                      executions.retryExecution(
                          RetryExecutionRequest.newBuilder()
                              .setRequestId(request)
                              .setExecutionId(source)
                              .addAllStates(states)
                              .build()))
              .getExecution()
              .getId();
    } catch (StatusRuntimeException e) {
      refusal = e.getStatus().getCode() + ": " + e.getStatus().getDescription();
    }
    synchronized (lock) {
      asked.add(new Asked(request, answer.isEmpty() ? Set.of() : Set.of(answer), refusal));
      if (!answer.isEmpty()) {
        retried.add(new Retried(answer, source, states));
      }
    }
    if (!answer.isEmpty()) {
      follow(answer);
    }
  }

  private Optional<Execution> note(
      Operated.Verb verb, Function<ExecutionServiceBlockingStub, Execution> call) {
    Instant from = Instant.now();
    Optional<Execution> answer = ifLegal(call);
    synchronized (lock) {
      answer.ifPresent(
          execution -> operated.add(new Operated(verb, from, Instant.now(), execution)));
    }
    return answer;
  }

  /** Empty where it has settled meanwhile, or is about to. */
  private Optional<Execution> ifLegal(Function<ExecutionServiceBlockingStub, Execution> call) {
    try {
      return Optional.of(operator.insist(call));
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.FAILED_PRECONDITION) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static void nap() {
    try {
      Thread.sleep(300);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
