// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import com.google.rpc.RetryInfo;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.wire.WireErrors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RetriesTest {
  private final List<java.time.Duration> pauses = new ArrayList<>();
  private final Queue<StatusRuntimeException> failures = new ArrayDeque<>();
  private final Retries retries = new Retries(pauses::add, new Random(1));

  @Test
  void unavailable_isTriedAgain_withGrowingPauses() {
    fail(Status.UNAVAILABLE.asRuntimeException(), 4);

    assertThat(call()).isEqualTo("done");
    assertThat(pauses).hasSize(4).isSorted();
  }

  @Test
  void attempts_areBounded() {
    fail(Status.UNAVAILABLE.asRuntimeException(), 9);

    assertThatThrownBy(this::call).isInstanceOf(StatusRuntimeException.class);
    assertThat(failures).hasSize(4);
  }

  @Test
  void retryInfo_isFollowed_unlessItIsLong() {
    failures.add(draining(3));
    assertThat(call()).isEqualTo("done");
    assertThat(pauses).containsExactly(java.time.Duration.ofSeconds(3));

    failures.add(draining(60));
    assertThatThrownBy(this::call).isInstanceOf(StatusRuntimeException.class);
  }

  @Test
  void requestInFlight_isAskedAgain() {
    failures.add(
        WireErrors.exception(ErrorReason.ERROR_REASON_REQUEST_IN_FLIGHT, "Wait.", Map.of()));

    assertThat(call()).isEqualTo("done");
  }

  @Test
  void untrustedServer_isNotAskedAgain() {
    failures.add(
        Status.UNAVAILABLE
            .withCause(new SSLHandshakeException("unable to find valid certification path"))
            .asRuntimeException());

    assertThatThrownBy(this::call).isInstanceOf(StatusRuntimeException.class);
    assertThat(pauses).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = ErrorReason.class,
      names = {
        "ERROR_REASON_CONFIRMATION_REQUIRED",
        "ERROR_REASON_PREPARE_TIMEOUT",
        "ERROR_REASON_CAPACITY_EXCEEDED",
        "ERROR_REASON_ETAG_MISMATCH",
        "ERROR_REASON_TOKEN_INVALID",
        "ERROR_REASON_INCIDENT"
      })
  void refusals_areFinal(ErrorReason reason) {
    failures.add(WireErrors.exception(reason, "No.", Map.of()));

    assertThatThrownBy(this::call).isInstanceOf(StatusRuntimeException.class);
    assertThat(pauses).isEmpty();
  }

  private String call() {
    return retries.call(
        () -> {
          StatusRuntimeException failure = failures.poll();
          if (failure != null) {
            throw failure;
          }
          return "done";
        });
  }

  private void fail(StatusRuntimeException failure, int times) {
    for (int i = 0; i < times; i++) {
      failures.add(failure);
    }
  }

  private static StatusRuntimeException draining(int seconds) {
    return WireErrors.exception(
        ErrorReason.ERROR_REASON_SERVER_DRAINING,
        "Going down.",
        Map.of(),
        RetryInfo.newBuilder().setRetryDelay(Duration.newBuilder().setSeconds(seconds)).build());
  }
}
