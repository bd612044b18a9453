// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.connection;

import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.wire.WireErrors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLException;

/**
 * Tries a unary call again where that may help, a few times. A mutating request keeps its {@code
 * request_id}, so that one whose answer was lost is not done twice. Thread-safe.
 */
public final class Retries {
  private static final int ATTEMPTS = 5;
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  private final Sleeper sleeper;
  private final RandomGenerator random;

  /** Makes retries. */
  public Retries(Sleeper sleeper, RandomGenerator random) {
    this.sleeper = sleeper;
    this.random = random;
  }

  /**
   * Calls until there is an answer.
   *
   * @throws StatusRuntimeException the last failure
   */
  public <T> T call(Supplier<T> attempt) {
    Backoff backoff = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(2), random);
    for (int left = ATTEMPTS - 1; ; left--) {
      try {
        return attempt.get();
      } catch (StatusRuntimeException failure) {
        Duration pause = WireErrors.retryAfter(failure).orElseGet(backoff::next);
        if (left == 0 || !isTransient(failure) || pause.compareTo(LONGEST_WAIT) > 0) {
          throw failure;
        }
        waitFor(pause, failure);
      }
    }
  }

  /** Whether the same call may succeed later. */
  public static boolean isTransient(StatusRuntimeException failure) {
    Optional<ErrorReason> reason = WireErrors.reasonOf(failure);
    return switch (failure.getStatus().getCode()) {
      case UNAVAILABLE -> !isTrustFailure(failure);
      // Of the call itself; a reason means that the server has answered.
      case DEADLINE_EXCEEDED -> reason.isEmpty();
      case ABORTED -> reason.filter(ErrorReason.ERROR_REASON_REQUEST_IN_FLIGHT::equals).isPresent();
      case RESOURCE_EXHAUSTED ->
          reason.filter(ErrorReason.ERROR_REASON_RATE_LIMITED::equals).isPresent();
      default -> false;
    };
  }

  /** Whether client and server do not trust each other, which no waiting mends. */
  public static boolean isTrustFailure(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException) {
        return true;
      }
    }
    return false;
  }

  private void waitFor(Duration pause, StatusRuntimeException failure) {
    try {
      sleeper.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Status.CANCELLED.withDescription("interrupted").withCause(failure).asRuntimeException();
    }
  }
}
