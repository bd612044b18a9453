// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.muster.agent.Cancellation;
import dev.muster.agent.Input;
import dev.muster.agent.RequestedBy;
import dev.muster.agent.catalog.Run;
import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.output.OutputFolder;
import dev.muster.agent.process.ProcessMark;
import dev.muster.proto.agent.v1.Progress;
import dev.muster.proto.type.v1.Output;
import dev.muster.proto.type.v1.Surface;
import dev.muster.wire.Limits;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One run that goes on: what its body sees, and the way to stop it. Thread-safe. */
final class LiveRun implements Run {
  private static final long PROGRESS_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final String SURFACE_PREFIX = "SURFACE_";

  private final Command command;
  private final String marker;
  private final int attempt;
  private final StopSignal signal;
  private final OutputCapture stdout;
  private final OutputCapture stderr;
  private final Events events;
  private final Object lock = new Object();

  @GuardedBy("lock") private boolean progressTold;

  @GuardedBy("lock") private long lastProgressNanos;

  /** What a run tells about itself, from any thread. */
  interface Events {
    void began(LiveRun run, Optional<ProcessMark> process);

    void progress(Progress progress);

    long nanos();
  }

  LiveRun(
      Command command,
      String marker,
      int attempt,
      long outputCap,
      OutputFolder outputs,
      StopSignal signal,
      Events events) {
    this.command = command;
    this.marker = marker;
    this.attempt = attempt;
    this.signal = signal;
    this.stdout = capture(command.id(), false, outputCap, outputs);
    this.stderr = capture(command.id(), true, outputCap, outputs);
    this.events = events;
  }

  /** Where the cap is below what a report may hold, the report holds all that is kept. */
  private static OutputCapture capture(
      InvocationId id, boolean ofStderr, long cap, OutputFolder outputs) {
    return cap <= Limits.INLINE_OUTPUT_BYTES
        ? new OutputCapture((int) cap)
        : new OutputCapture(Limits.INLINE_OUTPUT_BYTES, () -> outputs.create(id, ofStderr, cap));
  }

  StopSignal signal() {
    return signal;
  }

  /** Ends the capture of both streams; may wait for the disk. */
  void finishOutput() {
    stdout.finish();
    stderr.finish();
  }

  OutputCapture capture(boolean ofStderr) {
    return ofStderr ? stderr : stdout;
  }

  Output finishStdout() {
    return stdout.finish();
  }

  Output finishStderr() {
    return stderr.finish();
  }

  @Override
  public Input input() {
    return Input.of(command.order().getInputJson().toStringUtf8());
  }

  @Override
  public String marker() {
    return marker;
  }

  @Override
  public void began() {
    events.began(this, Optional.empty());
  }

  @Override
  public void began(ProcessMark process) {
    events.began(this, Optional.of(process));
  }

  @Override
  public Duration stopGrace() {
    return signal.stopped().map(StopSignal.Stop::grace).orElse(Duration.ZERO);
  }

  @Override
  public String invocationId() {
    return command.id().toString();
  }

  @Override
  public String executionId() {
    return command.order().getExecutionId();
  }

  @Override
  public String action() {
    return command.order().getAction();
  }

  @Override
  public int attempt() {
    return attempt;
  }

  @Override
  public RequestedBy requestedBy() {
    return requestedBy(command.order().getRequestedBy());
  }

  static RequestedBy requestedBy(dev.muster.proto.type.v1.RequestedBy told) {
    String surface = told.getSurface().name();
    boolean known =
        told.getSurface() != Surface.SURFACE_UNSPECIFIED
            && told.getSurface() != Surface.UNRECOGNIZED;
    return new RequestedBy(
        told.getOperatorId(),
        told.getOperatorName(),
        known ? surface.substring(SURFACE_PREFIX.length()) : "",
        told.getCorrelationId());
  }

  @Override
  public Cancellation cancellation() {
    return signal;
  }

  @Override
  public void progress(int percent, String message) {
    if (percent < 0 || percent > 100) {
      throw new IllegalArgumentException("a percentage of " + percent);
    }
    tell(Progress.newBuilder().setPercent(percent), message);
  }

  @Override
  public void progress(String message) {
    tell(Progress.newBuilder(), message);
  }

  private void tell(Progress.Builder progress, String message) {
    synchronized (lock) {
      long now = events.nanos();
      if (progressTold && now - lastProgressNanos < PROGRESS_INTERVAL_NANOS) {
        return;
      }
      progressTold = true;
      lastProgressNanos = now;
    }
    events.progress(
        progress
            .setInvocationId(invocationId())
            .setMessage(Texts.cut(message, Texts.PROGRESS_CHARS))
            .build());
  }

  @Override
  public OutputStream stdout() {
    return stdout;
  }

  @Override
  public OutputStream stderr() {
    return stderr;
  }
}
