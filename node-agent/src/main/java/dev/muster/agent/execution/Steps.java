// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.loop.Loop;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.type.v1.InvocationState;

/** Makes steps, with the agent's time of now in each. */
final class Steps {
  private final Loop loop;

  Steps(Loop loop) {
    this.loop = loop;
  }

  /** Returns the step that says that the command is in the journal. */
  CallbackStep acknowledged() {
    return timed(CallbackStep.newBuilder().setState(InvocationState.INVOCATION_STATE_ACKNOWLEDGED));
  }

  /** Returns the step that says that this attempt runs. */
  CallbackStep started(int attempt) {
    return timed(
        CallbackStep.newBuilder()
            .setState(InvocationState.INVOCATION_STATE_STARTED)
            .setAttempt(attempt));
  }

  CallbackStep timed(CallbackStep.Builder step) {
    return step.setAgentTime(WireTimes.timestamp(loop.wallTime())).build();
  }
}
