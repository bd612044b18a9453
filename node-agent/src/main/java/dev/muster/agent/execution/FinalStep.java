// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import com.google.protobuf.ByteString;
import dev.muster.agent.Result;
import dev.muster.agent.catalog.Outcome;
import dev.muster.agent.execution.StopSignal.Cause;
import dev.muster.agent.execution.StopSignal.Stop;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.proto.type.v1.Output;
import dev.muster.proto.type.v1.ResultError;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which final step a run comes to: the one place where its outcome and what it was told meet. Pure.
 *
 * <table>
 *   <caption>Final steps</caption>
 *   <tr><th>outcome</th><th>not told</th><th>cancel, shutdown</th><th>run timeout</th></tr>
 *   <tr><td>finished</td><td>SUCCEEDED, FAILED</td><td>SUCCEEDED, FAILED</td><td>TIMED_OUT</td></tr>
 *   <tr><td>stopped</td><td>FAILED</td><td>CANCELLED, started</td><td>TIMED_OUT</td></tr>
 *   <tr><td>not started</td><td>REJECTED</td><td>CANCELLED, not started</td><td>REJECTED</td></tr>
 * </table>
 */
final class FinalStep {
  private FinalStep() {}

  /** Returns the step, without its time. */
  static CallbackStep.Builder of(
      Outcome outcome, Optional<Stop> stop, boolean began, Output stdout, Output stderr) {
    if (outcome instanceof Outcome.NotStarted notStarted) {
      return began
          ? failed(notStarted.code(), notStarted.message(), stdout, stderr)
          : notStarted(notStarted, stop.filter(told -> told.cause() != Cause.TIMEOUT));
    }
    if (outcome instanceof Outcome.Finished finished) {
      return stop.map(Stop::cause).filter(Cause.TIMEOUT::equals).isPresent()
          ? timedOut(stop.orElseThrow(), finished.exitCode(), stdout, stderr)
          : finished(finished, stdout, stderr);
    }
    OptionalInt exitCode = ((Outcome.Stopped) outcome).exitCode();
    if (stop.isEmpty()) {
      return failed("RUN_INTERRUPTED", "The run ended by itself as if stopped.", stdout, stderr);
    }
    return switch (stop.get().cause()) {
      case TIMEOUT -> timedOut(stop.get(), exitCode, stdout, stderr);
      case CANCEL -> cancelled("", stop.get(), exitCode, stdout, stderr);
      case SHUTDOWN -> cancelled("AGENT_SHUTDOWN", stop.get(), exitCode, stdout, stderr);
    };
  }

  /** Returns the step of a run that does not stop at its run timeout. */
  static CallbackStep.Builder stillRunning(Stop stop, Output stdout, Output stderr) {
    return timedOut(stop, OptionalInt.empty(), stdout, stderr).setStillRunning(true);
  }

  /** Returns the step of a command that is refused before anything ran. */
  static CallbackStep.Builder rejected(String code, String message) {
    return CallbackStep.newBuilder()
        .setState(InvocationState.INVOCATION_STATE_REJECTED)
        .setReason(code)
        .setMessage(Texts.sentence(message));
  }

  /** Returns the step of a command that was cancelled before anything ran. */
  static CallbackStep.Builder cancelledBeforeStart(String reason) {
    return CallbackStep.newBuilder()
        .setState(InvocationState.INVOCATION_STATE_CANCELLED)
        .setMessage(Texts.sentence(reason));
  }

  private static CallbackStep.Builder notStarted(
      Outcome.NotStarted outcome, Optional<Stop> cancel) {
    return cancel.isPresent()
        ? cancelledBeforeStart(cancel.get().reason())
        : rejected(outcome.code(), outcome.message());
  }

  private static CallbackStep.Builder finished(
      Outcome.Finished finished, Output stdout, Output stderr) {
    Result result = finished.result();
    dev.muster.proto.type.v1.Result.Builder told =
        result(finished.exitCode(), stdout, stderr)
            .setDataJson(ByteString.copyFromUtf8(result.dataJson().orElse("")));
    result.failure().ifPresent(failure -> told.setError(toProto(failure)));
    return CallbackStep.newBuilder()
        .setState(
            result.failure().isPresent()
                ? InvocationState.INVOCATION_STATE_FAILED
                : InvocationState.INVOCATION_STATE_SUCCEEDED)
        .setResult(told);
  }

  private static CallbackStep.Builder failed(
      String code, String message, Output stdout, Output stderr) {
    return finished(
        new Outcome.Finished(Result.failure(code, message), OptionalInt.empty()), stdout, stderr);
  }

  private static CallbackStep.Builder timedOut(
      Stop stop, OptionalInt exitCode, Output stdout, Output stderr) {
    return CallbackStep.newBuilder()
        .setState(InvocationState.INVOCATION_STATE_TIMED_OUT)
        .setResult(
            result(exitCode, stdout, stderr)
                .setError(
                    ResultError.newBuilder()
                        .setCode("RUN_TIMEOUT")
                        .setMessage(Texts.sentence(stop.reason()))));
  }

  private static CallbackStep.Builder cancelled(
      String code, Stop stop, OptionalInt exitCode, Output stdout, Output stderr) {
    return CallbackStep.newBuilder()
        .setState(InvocationState.INVOCATION_STATE_CANCELLED)
        .setStarted(true)
        .setReason(code)
        .setMessage(Texts.sentence(stop.reason()))
        .setResult(result(exitCode, stdout, stderr));
  }

  private static dev.muster.proto.type.v1.Result.Builder result(
      OptionalInt exitCode, Output stdout, Output stderr) {
    dev.muster.proto.type.v1.Result.Builder result = dev.muster.proto.type.v1.Result.newBuilder();
    exitCode.ifPresent(result::setExitCode);
    if (stdout.getTotalBytes() > 0) {
      result.setStdout(stdout);
    }
    if (stderr.getTotalBytes() > 0) {
      result.setStderr(stderr);
    }
    return result;
  }

  private static ResultError toProto(Result.Failure failure) {
    return ResultError.newBuilder()
        .setCode(failure.code())
        .setMessage(failure.message())
        .setDetailsJson(ByteString.copyFromUtf8(failure.detailsJson().orElse("")))
        .build();
  }
}
