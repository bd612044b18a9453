// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.watch;

import dev.muster.cli.connection.Backoff;
import dev.muster.cli.connection.Retries;
import dev.muster.cli.connection.Sleeper;
import dev.muster.proto.operator.v1.WatchExecutionRequest;
import dev.muster.proto.operator.v1.WatchExecutionResponse;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.wire.WireErrors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;

/**
 * One watch over as many streams as it takes: a stream that breaks is taken up again after the last
 * event seen. Gives up only if it never saw an event, or if the server says that there is nothing
 * to see. Not thread-safe.
 */
public final class ExecutionWatch {
  private static final int FIRST_ATTEMPTS = 5;

  private final Source source;
  private final Backoff backoff;
  private final Sleeper sleeper;
  private String cursor = "";
  private boolean inSnapshot;
  private int fruitlessAttempts;

  /** Opens streams. */
  @FunctionalInterface
  public interface Source {
    /** Opens a stream; its failure comes from the iterator. */
    Iterator<WatchExecutionResponse> open(WatchExecutionRequest request);
  }

  /** Hears what a watch tells. */
  public interface Listener {
    /** An event came. */
    void onEvent(WatchExecutionResponse event);

    /** A whole snapshot follows, whatever came before. */
    void onRestart();

    /** The stream broke; the next attempt follows after this pause. */
    void onInterruption(StatusRuntimeException failure, Duration pause);

    /** Whether all that was asked for has been told. */
    boolean isComplete();
  }

  /** Makes a watch. */
  public ExecutionWatch(Source source, Backoff backoff, Sleeper sleeper) {
    this.source = source;
    this.backoff = backoff;
    this.sleeper = sleeper;
  }

  /**
   * Follows until the listener has all.
   *
   * @throws StatusRuntimeException if the server refuses, or cannot be reached from the beginning
   */
  public void follow(WatchExecutionRequest request, Listener listener) throws InterruptedException {
    while (!listener.isComplete()) {
      StatusRuntimeException end;
      try {
        drain(request, listener);
        // The server ends the stream of a settled execution; one that ends early was cut on the
        // way.
        end = Status.UNAVAILABLE.withDescription("the stream ended early").asRuntimeException();
      } catch (StatusRuntimeException failure) {
        end = failure;
      }
      if (!listener.isComplete()) {
        pauseAfter(end, listener);
      }
    }
  }

  private void drain(WatchExecutionRequest request, Listener listener) {
    if (inSnapshot) {
      // Half a snapshot has no place to go on from.
      cursor = "";
      inSnapshot = false;
    }
    if (cursor.isEmpty()) {
      listener.onRestart();
    }
    fruitlessAttempts++;
    Iterator<WatchExecutionResponse> events =
        source.open(request.toBuilder().setCursor(cursor).build());
    while (events.hasNext()) {
      WatchExecutionResponse event = events.next();
      fruitlessAttempts = 0;
      backoff.reset();
      listener.onEvent(event);
      cursor = event.getCursor();
      inSnapshot = event.hasSnapshot() && event.getSnapshot().getContinues();
    }
  }

  private void pauseAfter(StatusRuntimeException failure, Listener listener)
      throws InterruptedException {
    boolean cursorExpired =
        WireErrors.reasonOf(failure)
            .filter(ErrorReason.ERROR_REASON_CURSOR_EXPIRED::equals)
            .isPresent();
    if (cursorExpired && !cursor.isEmpty()) {
      cursor = "";
      return;
    }
    boolean neverSeen = cursor.isEmpty() && fruitlessAttempts >= FIRST_ATTEMPTS;
    if (neverSeen || !mayResume(failure)) {
      throw failure;
    }
    Duration pause = WireErrors.retryAfter(failure).orElseGet(backoff::next);
    listener.onInterruption(failure, pause);
    sleeper.sleep(pause);
  }

  private static boolean mayResume(StatusRuntimeException failure) {
    // A proxy or a dying server may reset a stream with these; the server's own have a reason.
    boolean cutOff =
        switch (failure.getStatus().getCode()) {
          case INTERNAL, UNKNOWN, CANCELLED, ABORTED -> WireErrors.reasonOf(failure).isEmpty();
          default -> false;
        };
    return cutOff || Retries.isTransient(failure);
  }
}
