// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.agent.Result;
import dev.muster.agent.catalog.Outcome;
import dev.muster.agent.execution.StopSignal.Cause;
import dev.muster.agent.execution.StopSignal.Stop;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.proto.type.v1.Output;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of final steps, written once more. */
final class FinalStepTest {
  @ParameterizedTest
  @CsvSource({
    "succeeded,   none,     SUCCEEDED, true,  ''",
    "succeeded,   cancel,   SUCCEEDED, true,  ''",
    "succeeded,   shutdown, SUCCEEDED, true,  ''",
    "succeeded,   timeout,  TIMED_OUT, true,  ''",
    "failed,      none,     FAILED,    true,  ''",
    "failed,      cancel,   FAILED,    true,  ''",
    "failed,      shutdown, FAILED,    true,  ''",
    "failed,      timeout,  TIMED_OUT, true,  ''",
    "stopped,     none,     FAILED,    true,  ''",
    "stopped,     cancel,   CANCELLED, true,  ''",
    "stopped,     shutdown, CANCELLED, true,  AGENT_SHUTDOWN",
    "stopped,     timeout,  TIMED_OUT, true,  ''",
    "not-started, none,     REJECTED,  false, CODE",
    "not-started, cancel,   CANCELLED, false, ''",
    "not-started, shutdown, CANCELLED, false, ''",
    "not-started, timeout,  REJECTED,  false, CODE"
  })
  void everyOutcome_withEveryCause(
      String outcome, String cause, String state, boolean hasResult, String reason) {
    CallbackStep step =
        FinalStep.of(
                outcome(outcome),
                stop(cause),
                hasResult,
                Output.getDefaultInstance(),
                Output.getDefaultInstance())
            .build();

    assertThat(step.getState()).isEqualTo(InvocationState.valueOf("INVOCATION_STATE_" + state));
    assertThat(step.hasResult()).isEqualTo(hasResult);
    assertThat(step.getReason()).isEqualTo(reason);
    assertThat(step.getStarted()).isEqualTo(state.equals("CANCELLED") && hasResult);
    assertThat(step.getResult().hasError())
        .isEqualTo(state.equals("FAILED") || state.equals("TIMED_OUT"));
  }

  private static Outcome outcome(String name) {
    return switch (name) {
      case "succeeded" -> new Outcome.Finished(Result.success(), OptionalInt.of(0));
      case "failed" -> new Outcome.Finished(Result.failure("X", "y"), OptionalInt.of(1));
      case "stopped" -> new Outcome.Stopped(OptionalInt.of(143));
      default -> new Outcome.NotStarted("CODE", "message");
    };
  }

  private static Optional<Stop> stop(String cause) {
    return cause.equals("none")
        ? Optional.empty()
        : Optional.of(
            new Stop(Cause.valueOf(cause.toUpperCase(Locale.ROOT)), "because", Duration.ZERO));
  }
}
