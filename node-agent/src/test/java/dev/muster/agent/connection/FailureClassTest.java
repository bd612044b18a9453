// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.RetryInfo;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.wire.WireErrors;
import io.grpc.Status;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class FailureClassTest {
  private static final Set<ErrorReason> UNAUTHENTICATED =
      EnumSet.of(
          ErrorReason.ERROR_REASON_CREDENTIAL_MISSING,
          ErrorReason.ERROR_REASON_CREDENTIAL_MALFORMED,
          ErrorReason.ERROR_REASON_TOKEN_INVALID,
          ErrorReason.ERROR_REASON_TOKEN_EXPIRED,
          ErrorReason.ERROR_REASON_NSK_INVALID);

  @ParameterizedTest
  @EnumSource(
      value = ErrorReason.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"UNRECOGNIZED", "ERROR_REASON_UNSPECIFIED"})
  void everyReason_hasItsClass(ErrorReason reason) {
    FailureClass expected =
        reason == ErrorReason.ERROR_REASON_NSK_REVOKED
            ? FailureClass.STOP
            : UNAUTHENTICATED.contains(reason) ? FailureClass.REAUTHENTICATE : FailureClass.RETRY;

    assertThat(FailureClass.of(WireErrors.exception(reason, "why", Map.of()))).isEqualTo(expected);
  }

  @Test
  void retryInfo_isObeyed_butDoesNotUndoARevocation() {
    RetryInfo info =
        RetryInfo.newBuilder()
            .setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(3))
            .build();

    assertThat(
            FailureClass.of(
                WireErrors.exception(
                    ErrorReason.ERROR_REASON_SERVER_DRAINING, "why", Map.of(), info)))
        .isEqualTo(FailureClass.WAIT_AS_TOLD);
    assertThat(
            FailureClass.of(
                WireErrors.exception(ErrorReason.ERROR_REASON_NSK_REVOKED, "why", Map.of(), info)))
        .isEqualTo(FailureClass.STOP);
  }

  @ParameterizedTest
  @EnumSource(Status.Code.class)
  void statusWithoutAReason_neverStops(Status.Code code) {
    FailureClass expected =
        code == Status.Code.UNAUTHENTICATED ? FailureClass.REAUTHENTICATE : FailureClass.RETRY;

    assertThat(FailureClass.of(Status.fromCode(code).asRuntimeException())).isEqualTo(expected);
  }

  @Test
  void anythingElse_isTriedAgain() {
    assertThat(FailureClass.of(new IOException("cut"))).isEqualTo(FailureClass.RETRY);
  }
}
