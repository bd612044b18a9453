// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.fake;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/** What goes wrong with the next unary calls: each mishap happens once, in order. Thread-safe. */
public final class Mishaps {
  private final Queue<Mishap> queue = new ArrayDeque<>();

  record Mishap(Status status, Metadata trailers, boolean afterwards) {}

  /** The next call is refused before anything is done. */
  public synchronized Mishaps refuse(StatusRuntimeException refusal) {
    queue.add(new Mishap(refusal.getStatus(), trailers(refusal), false));
    return this;
  }

  /** The next call is done, but its answer is lost. */
  public synchronized Mishaps loseAnswer() {
    queue.add(
        new Mishap(Status.UNAVAILABLE.withDescription("connection reset"), new Metadata(), true));
    return this;
  }

  synchronized Optional<Mishap> next() {
    return Optional.ofNullable(queue.poll());
  }

  private static Metadata trailers(StatusRuntimeException refusal) {
    Metadata trailers = refusal.getTrailers();
    return trailers == null ? new Metadata() : trailers;
  }
}
