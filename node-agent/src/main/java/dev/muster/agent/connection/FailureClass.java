// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.wire.WireErrors;
import io.grpc.Status;
import java.util.Optional;

/** What the agent makes of a failure; it connects again by this alone. */
public enum FailureClass {
  /** Tries again, later each time. */
  RETRY,
  /** Tries again when the server said. */
  WAIT_AS_TOLD,
  /** Enrolls anew if it may, else tries again after minutes. Keeps its key. */
  REAUTHENTICATE,
  /** Stops for good. Keeps its key. */
  STOP;

  /** Sorts a failure of a call. */
  public static FailureClass of(Throwable failure) {
    Status.Code code = Status.fromThrowable(failure).getCode();
    Optional<ErrorReason> reason = WireErrors.reasonOf(failure);
    if (code == Status.Code.UNAUTHENTICATED) {
      // Only our own server's word ends it: a proxy may answer UNAUTHENTICATED as well.
      return reason.equals(Optional.of(ErrorReason.ERROR_REASON_NSK_REVOKED))
          ? STOP
          : REAUTHENTICATE;
    }
    return WireErrors.retryAfter(failure).isPresent() ? WAIT_AS_TOLD : RETRY;
  }

  /** Returns whether an enrollment was refused such that asking again is of no use. */
  static boolean isEnrollmentRefused(Throwable failure) {
    return switch (Status.fromThrowable(failure).getCode()) {
      case UNAUTHENTICATED, PERMISSION_DENIED, INVALID_ARGUMENT, ALREADY_EXISTS, UNIMPLEMENTED ->
          true;
      case OK,
          CANCELLED,
          UNKNOWN,
          DEADLINE_EXCEEDED,
          NOT_FOUND,
          RESOURCE_EXHAUSTED,
          FAILED_PRECONDITION,
          ABORTED,
          OUT_OF_RANGE,
          INTERNAL,
          UNAVAILABLE,
          DATA_LOSS ->
          false;
    };
  }
}
