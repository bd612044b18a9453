// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.wire.ErrorCodes;
import dev.muster.wire.WireErrors;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What tests say of errors on the wire. */
public final class Refusals {
  private Refusals() {}

  /**
   * Asserts that the call fails with this reason, told in the form of the catalogue, and returns
   * the failure.
   */
  public static StatusRuntimeException assertRefused(String reason, ThrowingCallable call) {
    StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(failure).as("a refusal").isNotNull();
    Status status = StatusProto.fromThrowable(failure);
    assertThat(status).isNotNull();
    List<com.google.protobuf.Any> infos =
        status.getDetailsList().stream().filter(any -> any.is(ErrorInfo.class)).toList();
    assertThat(infos).as("%s", failure).hasSize(1);
    ErrorInfo info = WireErrors.detail(failure, ErrorInfo.class).orElseThrow();
    assertThat(info.getReason()).as("%s", failure).isEqualTo(reason);
    assertThat(info.getDomain()).isEqualTo("muster.dev");
    assertThat(info.getMetadataMap()).containsKey("correlation_id");
    assertThat(failure.getStatus().getCode().value())
        .isEqualTo(ErrorCodes.codeOf(ErrorReason.valueOf("ERROR_REASON_" + reason)).value());
    return failure;
  }

  /** Asserts that the call fails with this reason and names this field. */
  public static StatusRuntimeException assertFieldRefused(
      String reason, String field, ThrowingCallable call) {
    StatusRuntimeException failure = assertRefused(reason, call);
    assertThat(WireErrors.detail(failure, BadRequest.class).orElseThrow().getFieldViolationsList())
        .extracting(BadRequest.FieldViolation::getField)
        .contains(field);
    return failure;
  }
}
