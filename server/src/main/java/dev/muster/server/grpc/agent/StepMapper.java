// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.agent;

import com.google.protobuf.ByteString;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.type.v1.Output;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.invocation.InvocationEvent;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ReportedStep;
import dev.muster.server.invocation.Result;
import dev.muster.wire.Limits;
import dev.muster.wire.StrictJson;
import dev.muster.wire.StrictJsonException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Reads steps of callbacks, and refuses what breaks a bound before anything is decided. */
final class StepMapper {
  private static final int CODE_CHARS = 128;
  private static final int DIGEST_BYTES = 32;

  private StepMapper() {}

  /**
   * Reads the steps of one callback.
   *
   * @throws BusException MALFORMED_CALLBACK, INLINE_OUTPUT_TOO_LARGE
   */
  static List<ReportedStep> steps(List<CallbackStep> steps) {
    if (steps.isEmpty() || steps.size() > Limits.CALLBACK_STEPS) {
      throw Malformed.callback(
          "steps", "has " + steps.size() + " entries; 1 to " + Limits.CALLBACK_STEPS);
    }
    List<ReportedStep> read = new ArrayList<>(steps.size());
    for (CallbackStep step : steps) {
      read.add(step(step));
    }
    return read;
  }

  private static ReportedStep step(CallbackStep step) {
    InvocationEvent event = event(step);
    InvocationState state = event.reported().orElse(InvocationState.STARTED);
    requireAtMost("reason", step.getReason(), CODE_CHARS);
    requireAtMost("message", step.getMessage(), Limits.ERROR_TEXT_CHARS);
    return new ReportedStep(
        event,
        Wire.instant(step.hasAgentTime(), step.getAgentTime()),
        result(step, state),
        step.getReason(),
        step.getMessage(),
        step.getStarted(),
        step.getStillRunning(),
        Math.max(1, step.getAttempt()));
  }

  private static InvocationEvent event(CallbackStep step) {
    InvocationState state =
        switch (step.getState()) {
          case INVOCATION_STATE_PREPARED -> InvocationState.PREPARED;
          case INVOCATION_STATE_ACKNOWLEDGED -> InvocationState.ACKNOWLEDGED;
          case INVOCATION_STATE_STARTED -> InvocationState.STARTED;
          case INVOCATION_STATE_SUCCEEDED -> InvocationState.SUCCEEDED;
          case INVOCATION_STATE_FAILED -> InvocationState.FAILED;
          case INVOCATION_STATE_TIMED_OUT -> InvocationState.TIMED_OUT;
          case INVOCATION_STATE_CANCELLED -> InvocationState.CANCELLED;
          case INVOCATION_STATE_REJECTED -> InvocationState.REJECTED;
          case INVOCATION_STATE_UNSPECIFIED,
              INVOCATION_STATE_PENDING,
              INVOCATION_STATE_PREPARING,
              INVOCATION_STATE_DISPATCHED,
              INVOCATION_STATE_EXPIRED,
              INVOCATION_STATE_LOST,
              UNRECOGNIZED ->
              throw Malformed.callback(
                  "state", "is " + step.getStateValue() + ", which a node cannot report");
        };
    if (state == InvocationState.STARTED && step.getAttempt() > 1) {
      return InvocationEvent.REPORTED_STARTED_AGAIN;
    }
    return InvocationEvent.ofReport(state).orElseThrow();
  }

  private static @Nullable Result result(CallbackStep step, InvocationState state) {
    if (!step.hasResult()) {
      return null;
    }
    boolean ran =
        switch (state) {
          case SUCCEEDED, FAILED, TIMED_OUT -> true;
          case CANCELLED -> step.getStarted();
          case PENDING,
              PREPARING,
              PREPARED,
              DISPATCHED,
              ACKNOWLEDGED,
              STARTED,
              REJECTED,
              EXPIRED,
              LOST ->
              false;
        };
    if (!ran) {
      throw Malformed.callback(
          "result", "belongs to the final report of something that ran, not to " + state);
    }
    dev.muster.proto.type.v1.Result result = step.getResult();
    return new Result(
        json("data_json", result.getDataJson()),
        result.hasError() ? error(result.getError()) : null,
        result.hasExitCode() ? OptionalInt.of(result.getExitCode()) : OptionalInt.empty(),
        output("stdout", result.getStdout()),
        output("stderr", result.getStderr()));
  }

  private static Result.ResultError error(dev.muster.proto.type.v1.ResultError error) {
    requireAtMost("error.code", error.getCode(), CODE_CHARS);
    requireAtMost("error.message", error.getMessage(), Limits.ERROR_TEXT_CHARS);
    return new Result.ResultError(
        error.getCode(), error.getMessage(), json("error.details_json", error.getDetailsJson()));
  }

  private static Result.Output output(String stream, Output output) {
    if (output.getData().size() > Limits.INLINE_OUTPUT_BYTES) {
      throw BusException.of(ErrorReason.INLINE_OUTPUT_TOO_LARGE)
          .message(
              stream
                  + " has "
                  + output.getData().size()
                  + " bytes inline; at most "
                  + Limits.INLINE_OUTPUT_BYTES
                  + ". Nothing was changed.")
          .with("stream", stream)
          .with("bytes", output.getData().size())
          .with("limit", Limits.INLINE_OUTPUT_BYTES)
          .build();
    }
    boolean fits =
        output.getUploaded()
            ? output.getData().isEmpty()
                && output.getTotalBytes() > 0
                && output.getHeadBytes() <= output.getTotalBytes()
            : output.getTotalBytes() >= 0 && output.getHeadBytes() <= output.getData().size();
    if (output.getHeadBytes() < 0 || !fits) {
      throw Malformed.callback(stream, "has sizes that do not fit each other");
    }
    if (!output.getSha256().isEmpty() && output.getSha256().size() != DIGEST_BYTES) {
      throw Malformed.callback(
          stream + ".sha256", "has " + output.getSha256().size() + " bytes; 32 or none");
    }
    return new Result.Output(
        output.getData().toByteArray(),
        Math.max(output.getTotalBytes(), output.getData().size()),
        output.getTruncated(),
        output.getHeadBytes(),
        output.getSha256().toByteArray(),
        output.getUploaded());
  }

  private static byte[] json(String field, ByteString text) {
    byte[] bytes = text.toByteArray();
    if (bytes.length == 0) {
      return bytes;
    }
    try {
      StrictJson.checkValue(bytes, Limits.RESULT_JSON_BYTES);
    } catch (StrictJsonException e) {
      throw Malformed.callback(field, "is no JSON text within bounds: " + e.getMessage());
    }
    return bytes;
  }

  private static void requireAtMost(String field, String text, int chars) {
    if (text.length() > chars) {
      throw Malformed.callback(field, "has " + text.length() + " characters; at most " + chars);
    }
  }
}
