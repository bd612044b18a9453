// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.output.KeptOutput;
import dev.muster.agent.output.OutputFolder;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.type.v1.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one run that do not fit into its report, and what has become of each. As long as
 * that is open, the final report waits. It is on disk with head and tail, which is what it falls
 * back to. Confined to the loop.
 */
final class LargeOutput {
  /** How far a stream is. */
  enum Stand {
    WAITS,
    STORED,
    GIVEN_UP
  }

  /** One stream. */
  static final class Part {
    final boolean stderr;
    final KeptOutput kept;
    Stand stand = Stand.WAITS;

    private Part(boolean stderr, KeptOutput kept) {
      this.stderr = stderr;
      this.kept = kept;
    }
  }

  private final List<Part> parts;

  /** Uploads that broke off, of all its streams. */
  int failures;

  /** Breaks the upload off that goes on; null: none does. */
  @Nullable Runnable upload;

  /** Whether the next upload waits a while. */
  boolean pauses;

  private LargeOutput(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /** Returns what of a run's output is in files; empty if all of it is in its final step. */
  static Optional<LargeOutput> find(Invocation invocation, OutputFolder folder) {
    List<CallbackStep> steps = invocation.entry.steps();
    if (steps.isEmpty() || !steps.get(steps.size() - 1).hasResult()) {
      return Optional.empty();
    }
    Result result = steps.get(steps.size() - 1).getResult();
    List<Part> parts = new ArrayList<>();
    folder
        .find(invocation.id, false, result.getStdout())
        .ifPresent(kept -> parts.add(new Part(false, kept)));
    folder
        .find(invocation.id, true, result.getStderr())
        .ifPresent(kept -> parts.add(new Part(true, kept)));
    return parts.isEmpty() ? Optional.empty() : Optional.of(new LargeOutput(parts));
  }

  /** Returns the stream that is to be sent next. */
  Optional<Part> next() {
    return parts.stream().filter(part -> part.stand == Stand.WAITS).findFirst();
  }

  /** Returns whether it is settled what the final step tells. */
  boolean isDecided() {
    return next().isEmpty();
  }

  /** Nothing more is sent: what the server does not have, the report tells as head and tail. */
  void giveUp() {
    parts.stream()
        .filter(part -> part.stand == Stand.WAITS)
        .forEach(part -> part.stand = Stand.GIVEN_UP);
  }

  /** The server does not have what it was sent. */
  void sendAgain() {
    parts.stream()
        .filter(part -> part.stand == Stand.STORED)
        .forEach(part -> part.stand = Stand.WAITS);
  }

  /** Returns the final step as it is told: without the bytes that are in the output store. */
  CallbackStep told(CallbackStep last) {
    Result.Builder result = last.getResult().toBuilder();
    for (Part part : parts) {
      if (part.stand == Stand.STORED && part.stderr) {
        result.setStderr(part.kept.uploaded());
      } else if (part.stand == Stand.STORED) {
        result.setStdout(part.kept.uploaded());
      }
    }
    return last.toBuilder().setResult(result).build();
  }
}
