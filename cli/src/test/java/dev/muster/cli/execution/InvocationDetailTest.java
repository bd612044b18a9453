// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.proto.type.v1.Result;
import dev.muster.proto.type.v1.ResultError;
import org.junit.jupiter.api.Test;

final class InvocationDetailTest {
  @Test
  void success_tellsItsResult_elseItsFirstLine() {
    Invocation.Builder succeeded = in(InvocationState.INVOCATION_STATE_SUCCEEDED);

    assertThat(detail(succeeded)).isEmpty();
    assertThat(detail(succeeded.setStdoutText("\n hello\nworld\n"))).isEqualTo(" hello");
    assertThat(detail(succeeded.setDataJson("{\"a\":1}\n"))).isEqualTo("{\"a\":1}");
  }

  @Test
  void hookThatFailed_tellsItsLastWords_notItsExitCodeTwice() {
    Invocation.Builder failed =
        in(InvocationState.INVOCATION_STATE_FAILED)
            .setResult(
                Result.newBuilder()
                    .setExitCode(1)
                    .setError(
                        ResultError.newBuilder()
                            .setCode("HOOK_EXIT_NONZERO")
                            .setMessage("The hook ended with exit code 1.")));

    assertThat(detail(failed)).isEqualTo("HOOK_EXIT_NONZERO: The hook ended with exit code 1.");
    assertThat(detail(failed.setStderrText("warning\nno such unit\n\n")))
        .isEqualTo("HOOK_EXIT_NONZERO: no such unit");
  }

  @Test
  void handlerThatFailed_tellsItsOwnMessage() {
    Invocation.Builder failed =
        in(InvocationState.INVOCATION_STATE_FAILED)
            .setStderrText("noise\n")
            .setResult(
                Result.newBuilder()
                    .setError(ResultError.newBuilder().setCode("QUOTA").setMessage("disk full")));

    assertThat(detail(failed)).isEqualTo("QUOTA: disk full");
  }

  @Test
  void refusal_tellsReasonAndSentence() {
    assertThat(
            detail(
                in(InvocationState.INVOCATION_STATE_REJECTED)
                    .setReason("START_TOO_LATE")
                    .setMessage("It arrived 3 s late.")))
        .isEqualTo("START_TOO_LATE: It arrived 3 s late.");
    assertThat(detail(in(InvocationState.INVOCATION_STATE_EXPIRED).setReason("NEVER_RECEIVED")))
        .isEqualTo("NEVER_RECEIVED");
  }

  @Test
  void cancelled_tellsWhetherItHadStarted() {
    assertThat(detail(in(InvocationState.INVOCATION_STATE_CANCELLED))).isEqualTo("never started");
    assertThat(detail(in(InvocationState.INVOCATION_STATE_CANCELLED).setStarted(true)))
        .isEqualTo("had started");
  }

  @Test
  void processThatRunsOn_isTold() {
    assertThat(detail(in(InvocationState.INVOCATION_STATE_TIMED_OUT).setStillRunning(true)))
        .contains("still runs");
  }

  @Test
  void underWay_tellsHowFar_orThatACancelWaits() {
    Invocation.Builder started = in(InvocationState.INVOCATION_STATE_STARTED);

    assertThat(detail(started)).isEmpty();
    assertThat(detail(started.setPercent(40))).isEqualTo("40 %");
    assertThat(detail(started.setCancelRequested(true))).contains("cancel requested");
  }

  private static Invocation.Builder in(InvocationState state) {
    return Invocation.newBuilder().setState(state);
  }

  private static String detail(Invocation.Builder invocation) {
    return InvocationDetail.of(invocation.build());
  }
}
