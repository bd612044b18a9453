// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import com.google.protobuf.Timestamp;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.proto.type.v1.Result;
import java.time.Instant;
import java.time.InstantSource;

/** Makes the steps that nodes report, with the time of now in each. */
final class Steps {
  private final InstantSource clock;

  Steps(InstantSource clock) {
    this.clock = clock;
  }

  Timestamp now() {
    Instant now = clock.instant();
    return Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()).build();
  }

  CallbackStep prepared() {
    return step(InvocationState.INVOCATION_STATE_PREPARED).build();
  }

  CallbackStep acknowledged() {
    return step(InvocationState.INVOCATION_STATE_ACKNOWLEDGED).build();
  }

  CallbackStep started() {
    return step(InvocationState.INVOCATION_STATE_STARTED).setAttempt(1).build();
  }

  CallbackStep finished(Result result) {
    return step(result.hasError()
            ? InvocationState.INVOCATION_STATE_FAILED
            : InvocationState.INVOCATION_STATE_SUCCEEDED)
        .setResult(result)
        .build();
  }

  CallbackStep timedOut(Result result) {
    return step(InvocationState.INVOCATION_STATE_TIMED_OUT).setResult(result).build();
  }

  CallbackStep cancelledInRun(String reason, Result result) {
    return step(InvocationState.INVOCATION_STATE_CANCELLED)
        .setStarted(true)
        .setMessage(reason)
        .setResult(result)
        .build();
  }

  CallbackStep cancelledBeforeStart(String reason) {
    return step(InvocationState.INVOCATION_STATE_CANCELLED).setMessage(reason).build();
  }

  CallbackStep rejected(String code, String message) {
    return step(InvocationState.INVOCATION_STATE_REJECTED)
        .setReason(code)
        .setMessage(message)
        .build();
  }

  private CallbackStep.Builder step(InvocationState state) {
    return CallbackStep.newBuilder().setState(state).setAgentTime(now());
  }
}
