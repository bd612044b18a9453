// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.agent.Input;
import dev.muster.agent.PrepareContext;
import dev.muster.agent.Prepared;
import dev.muster.agent.RequestedBy;
import dev.muster.agent.catalog.CatalogEntry;
import dev.muster.agent.process.ProcessTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hooks that answer PREPARE themselves, as real processes. */
@Timeout(60)
final class HookPreparationTest {
  private static final String SIDECAR =
      """
      {"prepare": true,
       "schema": {"type": "object", "properties": {"n": {"type": "integer", "default": 3}}}}
      """;

  @TempDir private Path root;

  @BeforeEach
  void makeDirectories() throws IOException {
    Files.createDirectories(root.resolve("hooks"));
    Files.createDirectories(root.resolve("runs"));
  }

  @Test
  void answer_isWhatTheHookPrints_digitForDigit() throws Exception {
    Prepared prepared =
        prepare(
            "echo '{\"initial_payload\":{\"n\":9007199254740993},\"current_state\":{\"pid\":7}}'",
            "");

    assertThat(prepared.initialPayloadJson()).isEqualTo("{\"n\":9007199254740993}");
    assertThat(prepared.currentStateJson()).contains("{\"pid\":7}");
  }

  @Test
  void whatIsLeftOut_comesFromTheSchema_orIsNotTold() throws Exception {
    Prepared prepared = prepare("echo '{}'", "");

    assertThat(prepared.initialPayloadJson()).isEqualTo("{\"n\":3}");
    assertThat(prepared.currentStateJson()).isEmpty();
  }

  @Test
  void hook_knowsThatItPrepares_andSeesTheInputThatIsAboutToRun() throws Exception {
    Prepared prepared =
        prepare(
            "printf '{\"current_state\":{\"phase\":\"%s\",\"input\":%s}}' \"$MUSTER_PHASE\" \"$(cat)\"",
            "{\"n\":1}");

    assertThat(prepared.currentStateJson()).contains("{\"phase\":\"prepare\",\"input\":{\"n\":1}}");
  }

  @Test
  void exitCodeOtherThanZero_isNotReady_andSaysWhy() {
    assertThatThrownBy(() -> prepare("echo 'no such unit' >&2; exit 4", ""))
        .hasMessage("The hook could not prepare (exit code 4). no such unit");
  }

  @Test
  void whatIsNoJsonObject_isNoAnswer() {
    assertThatThrownBy(() -> prepare("echo hello", ""))
        .hasMessageContaining("no answer to PREPARE");
    assertThatThrownBy(() -> prepare("echo '[]'", "")).hasMessageContaining("no answer to PREPARE");
    assertThatThrownBy(() -> prepare("head -c 20000 /dev/zero", ""))
        .hasMessageContaining("more than 16384 bytes");
  }

  @Test
  void nobodyWaitsAnyMore_endsTheHookAndWhatItStarted() throws Exception {
    Path child = root.resolve("child");
    Thread caller = Thread.currentThread();
    Thread impatience =
        new Thread(
            () -> {
              while (!Files.exists(child)) {
                Thread.onSpinWait();
              }
              caller.interrupt();
            });
    impatience.start();

    assertThatThrownBy(
            () ->
                prepare(
                    "sleep 300 & echo $! > '"
                        + child
                        + ".new' && mv '"
                        + child
                        + ".new' '"
                        + child
                        + "'; wait",
                    ""))
        .isInstanceOf(InterruptedException.class);

    impatience.join();
    assertThat(new ProcessTree().mark(Long.parseLong(Files.readString(child).strip()))).isEmpty();
    try (var leftovers = Files.list(root.resolve("runs"))) {
      assertThat(leftovers).isEmpty();
    }
  }

  @Test
  void hookWhoseSidecarDoesNotSaySo_isNeverStartedToPrepare() throws Exception {
    write("hook", "#!/bin/sh\nexit 1\n", "rwxr-xr-x");

    CatalogEntry entry = hooks().scan().get(0);

    assertThat(entry.prepareHandler()).isEmpty();
    assertThat(entry.declaration().getPrepares()).isFalse();
  }

  private Prepared prepare(String script, String input) throws Exception {
    write("hook", "#!/bin/sh\n" + script + "\n", "rwxr-xr-x");
    write("hook.muster.json", SIDECAR, "rw-r--r--");
    CatalogEntry entry = hooks().scan().get(0);
    assertThat(entry.declaration().getPrepares()).isTrue();
    return entry.prepareHandler().orElseThrow().prepare(new Context(input));
  }

  private HookDirectory hooks() {
    return new HookDirectory(
        root.resolve("hooks"),
        new HookLauncher(
            new HookSettings(root.resolve("runs"), HookSettings.DEFAULT_SEARCH_PATH, "/"),
            new ProcessTree(),
            () -> new HookLauncher.NodeNames("id-1", "node-1")));
  }

  private void write(String name, String content, String permissions) throws IOException {
    Path file = Files.writeString(root.resolve("hooks").resolve(name), content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  private record Context(String json) implements PrepareContext {
    @Override
    public String action() {
      return "hook";
    }

    @Override
    public RequestedBy requestedBy() {
      return new RequestedBy("op-1", "alice", "CLI", "c-1");
    }

    @Override
    public Optional<Input> input() {
      return json.isEmpty() ? Optional.empty() : Optional.of(Input.of(json));
    }
  }
}
