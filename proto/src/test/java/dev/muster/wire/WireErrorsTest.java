// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.muster.proto.type.v1.ErrorReason;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

final class WireErrorsTest {
  private static final RetryInfo IN_1500_MS =
      RetryInfo.newBuilder()
          .setRetryDelay(Duration.newBuilder().setSeconds(1).setNanos(500_000_000))
          .build();

  @Test
  void exception_carriesCodeReasonMetadataAndDetails() {
    StatusRuntimeException error =
        WireErrors.exception(
            ErrorReason.ERROR_REASON_RATE_LIMITED, "Slower.", Map.of("limit", "7"), IN_1500_MS);

    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(error.getStatus().getDescription()).isEqualTo("Slower.");
    assertThat(WireErrors.reasonOf(error)).contains(ErrorReason.ERROR_REASON_RATE_LIMITED);
    assertThat(WireErrors.metadataOf(error)).containsExactly(Map.entry("limit", "7"));
    assertThat(WireErrors.retryAfter(error)).contains(java.time.Duration.ofMillis(1500));
    assertThat(WireErrors.detail(error, ErrorInfo.class).orElseThrow().getReason())
        .isEqualTo("RATE_LIMITED");
    assertThat(WireErrors.detail(error, ErrorInfo.class).orElseThrow().getDomain())
        .isEqualTo("muster.dev");
  }

  @Test
  void reasonOf_looksThroughCauses() {
    StatusRuntimeException error =
        WireErrors.exception(ErrorReason.ERROR_REASON_NSK_REVOKED, "Revoked.", Map.of());

    assertThat(WireErrors.reasonOf(new ExecutionException(error)))
        .contains(ErrorReason.ERROR_REASON_NSK_REVOKED);
  }

  @Test
  void readers_ofForeignErrors_areEmpty() {
    StatusRuntimeException otherDomain =
        StatusProto.toStatusRuntimeException(
            com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.UNAVAILABLE.value())
                .addDetails(
                    Any.pack(
                        ErrorInfo.newBuilder()
                            .setDomain("elsewhere.example")
                            .setReason("NSK_REVOKED")
                            .putMetadata("a", "b")
                            .build()))
                .build());

    assertThat(WireErrors.reasonOf(otherDomain)).isEmpty();
    assertThat(WireErrors.metadataOf(otherDomain)).isEmpty();
    assertThat(WireErrors.reasonOf(new IllegalStateException("no status"))).isEmpty();
    assertThat(WireErrors.reasonOf(Status.UNAVAILABLE.asRuntimeException())).isEmpty();
    assertThat(WireErrors.retryAfter(Status.UNAVAILABLE.asRuntimeException())).isEmpty();
  }

  @Test
  void reasonOf_aNewerPeersReason_isEmpty() {
    StatusRuntimeException newer =
        StatusProto.toStatusRuntimeException(
            com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.ABORTED.value())
                .addDetails(
                    Any.pack(
                        ErrorInfo.newBuilder()
                            .setDomain(WireErrors.DOMAIN)
                            .setReason("NOT_YET_INVENTED")
                            .build()))
                .build());

    assertThat(WireErrors.reasonOf(newer)).isEmpty();
  }

  @Test
  void retryAfter_negativeDelay_isEmpty() {
    StatusRuntimeException error =
        WireErrors.exception(
            ErrorReason.ERROR_REASON_RATE_LIMITED,
            "Slower.",
            Map.of(),
            RetryInfo.newBuilder().setRetryDelay(Duration.newBuilder().setSeconds(-1)).build());

    assertThat(WireErrors.retryAfter(error)).isEmpty();
  }

  @Test
  void exception_withAFloodOfViolations_keepsTheFirstAndFitsIntoTrailers() {
    BadRequest.Builder flood = BadRequest.newBuilder();
    for (int i = 0; i < 500; i++) {
      flood.addFieldViolations(
          BadRequest.FieldViolation.newBuilder()
              .setField("/field" + i)
              .setDescription("is an integer where a string is expected"));
    }

    StatusRuntimeException error =
        WireErrors.exception(
            ErrorReason.ERROR_REASON_INPUT_INVALID,
            "é".repeat(10_000),
            Map.of("long", "x".repeat(10_000)),
            flood.build());

    BadRequest kept = WireErrors.detail(error, BadRequest.class).orElseThrow();
    com.google.rpc.Status status = StatusProto.fromThrowable(error);
    assertThat(kept.getFieldViolationsList()).hasSizeBetween(10, 100);
    assertThat(kept.getFieldViolations(0).getField()).isEqualTo("/field0");
    assertThat(status.getSerializedSize()).isLessThanOrEqualTo(4_000);
    assertThat(status.getMessage()).endsWith("…");
    assertThat(WireErrors.metadataOf(error).get("long")).hasSize(256).endsWith("…");
  }

  @Test
  void nameOf_hasNoPrefix() {
    assertThat(WireErrors.nameOf(ErrorReason.ERROR_REASON_NSK_REVOKED)).isEqualTo("NSK_REVOKED");
  }
}
