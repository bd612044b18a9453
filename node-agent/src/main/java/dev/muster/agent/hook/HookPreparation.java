// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.hook;

import dev.muster.agent.PrepareContext;
import dev.muster.agent.PrepareHandler;
import dev.muster.agent.Prepared;
import dev.muster.agent.json.Json;
import dev.muster.agent.process.ProcessMark;
import dev.muster.agent.process.RunEnvironment;
import dev.muster.agent.process.RunTrace;
import dev.muster.agent.schema.InputSchema;
import dev.muster.wire.Limits;
import dev.muster.wire.StrictJson;
import dev.muster.wire.StrictJsonException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * Lets a hook answer PREPARE itself, where its sidecar says {@code "prepare": true}: the hook is
 * started with {@code MUSTER_PHASE=prepare}, changes nothing, and prints a JSON object with any of
 * {@code initial_payload} (else the schema's defaults) and {@code current_state}, at most 16 KiB.
 * Its standard input is the input that is about to run, or nothing where an operator only looks.
 * Thread-safe.
 */
final class HookPreparation implements PrepareHandler {
  private static final Duration STOP_GRACE = Duration.ofSeconds(1);
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(5);
  private static final int COMPLAINT_BYTES = 1_000;

  private final Path hook;
  private final InputSchema schema;
  private final HookLauncher launcher;

  HookPreparation(Path hook, InputSchema schema, HookLauncher launcher) {
    this.hook = hook;
    this.schema = schema;
    this.launcher = launcher;
  }

  @Override
  public Prepared prepare(PrepareContext context) throws IOException, InterruptedException {
    String marker = UUID.randomUUID().toString();
    Path directory = launcher.directoryOf(marker);
    try {
      return answer(run(launcher.startPrepare(hook, context, marker, directory), marker));
    } finally {
      HookLauncher.removeDirectory(directory);
    }
  }

  private byte[] run(Process process, String marker) throws InterruptedException {
    Optional<ProcessMark> mark = launcher.tree().mark(process.pid());
    ByteArrayOutputStream complaint = new ByteArrayOutputStream();
    OutputPump pump = new OutputPump(process, OutputStream.nullOutputStream(), complaint);
    try {
      pump.pumpUntilExit();
    } catch (InterruptedException e) {
      end(marker, mark, pump);
      throw e;
    } finally {
      pump.close();
    }
    if (process.exitValue() != 0) {
      throw new IllegalStateException(
          "The hook could not prepare (exit code "
              + process.exitValue()
              + "). "
              + firstOf(complaint));
    }
    return pump.wholeStdout()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "The hook printed more than " + Limits.RESULT_JSON_BYTES + " bytes."));
  }

  private void end(String marker, Optional<ProcessMark> mark, OutputPump pump)
      throws InterruptedException {
    launcher
        .tree()
        .end(
            List.of(new RunTrace(RunEnvironment.RUN_ID + "=" + marker, mark)),
            STOP_GRACE,
            KILL_PATIENCE,
            pump::pumpWhatThereIs);
  }

  private Prepared answer(byte[] stdout) {
    JsonNode answer;
    try {
      StrictJson.checkObject(stdout, Limits.RESULT_JSON_BYTES);
      answer = Json.tree(stdout);
    } catch (StrictJsonException e) {
      throw new IllegalStateException(
          "What the hook printed is no answer to PREPARE: " + e.getMessage(), e);
    }
    JsonNode initialPayload = answer.get("initial_payload");
    JsonNode currentState = answer.get("current_state");
    Object payload =
        initialPayload == null
            ? Json.tree(schema.defaults().getBytes(StandardCharsets.UTF_8))
            : initialPayload;
    return currentState == null ? Prepared.of(payload) : Prepared.of(payload, currentState);
  }

  private static String firstOf(ByteArrayOutputStream complaint) {
    byte[] bytes = complaint.toByteArray();
    return new String(bytes, 0, Math.min(bytes.length, COMPLAINT_BYTES), StandardCharsets.UTF_8)
        .strip();
  }
}
