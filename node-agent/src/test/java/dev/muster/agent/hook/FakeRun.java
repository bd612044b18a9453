// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.hook;

import dev.muster.agent.Cancellation;
import dev.muster.agent.Input;
import dev.muster.agent.RequestedBy;
import dev.muster.agent.catalog.Run;
import dev.muster.agent.process.ProcessMark;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** A run whose output a test can read. */
final class FakeRun implements Run {
  final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
  final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
  final CompletableFuture<ProcessMark> process = new CompletableFuture<>();
  private final String marker = UUID.randomUUID().toString();
  private final String json;
  private final Duration grace;

  FakeRun(String json, Duration grace) {
    this.json = json;
    this.grace = grace;
  }

  @Override
  public Input input() {
    return Input.of(json);
  }

  @Override
  public String marker() {
    return marker;
  }

  @Override
  public void began() {}

  @Override
  public void began(ProcessMark process) {
    this.process.complete(process);
  }

  @Override
  public Duration stopGrace() {
    return grace;
  }

  @Override
  public String invocationId() {
    return "invocation-1";
  }

  @Override
  public String executionId() {
    return "execution-1";
  }

  @Override
  public String action() {
    return "hook";
  }

  @Override
  public int attempt() {
    return 1;
  }

  @Override
  public RequestedBy requestedBy() {
    return new RequestedBy("op-1", "alice", "CLI", "c-1");
  }

  @Override
  public Cancellation cancellation() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void progress(int percent, String message) {}

  @Override
  public void progress(String message) {}

  @Override
  public OutputStream stdout() {
    return stdout;
  }

  @Override
  public OutputStream stderr() {
    return stderr;
  }
}
