// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.hook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.agent.Result;
import dev.muster.agent.catalog.Outcome;
import dev.muster.agent.process.ProcessMark;
import dev.muster.agent.process.ProcessTree;
import dev.muster.agent.process.RunTrace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hooks that are real processes. */
@Timeout(60)
final class HookBodyTest {
  /** Leaves the session and the tree: its parent ends, and it goes on. */
  private static final String DOUBLE_FORK = "setsid sh -c '(sleep 300; :) & echo $! > \"%s\"' ";

  @TempDir private Path directory;
  private final ProcessTree tree = new ProcessTree();
  private Optional<Thread> aside = Optional.empty();

  @Test
  void input_isOnStdinByteForByte() throws Exception {
    FakeRun run = new FakeRun("{ \"n\":9007199254740993,\t\"text\":\"ä\\u00e4\" }", Duration.ZERO);

    Outcome outcome = run("cat", run);

    assertThat(run.stdout.toString(StandardCharsets.UTF_8)).isEqualTo(run.input().json());
    assertThat(finished(outcome).result().dataJson()).contains(run.input().json());
    assertThat(finished(outcome).exitCode()).hasValue(0);
  }

  @Test
  void environment_isSmall_andTellsTheRun() throws Exception {
    FakeRun run = new FakeRun("{}", Duration.ZERO);

    run("exec env", run);

    List<String> names =
        run.stdout
            .toString(StandardCharsets.UTF_8)
            .lines()
            .map(line -> line.substring(0, line.indexOf('=')))
            .filter(name -> !name.equals("PWD") && !name.equals("SHLVL") && !name.equals("_"))
            .sorted()
            .toList();
    assertThat(names)
        .containsExactly(
            "HOME",
            "LANG",
            "MUSTER_ACTION",
            "MUSTER_ATTEMPT",
            "MUSTER_EXECUTION_ID",
            "MUSTER_INVOCATION_ID",
            "MUSTER_NODE_ID",
            "MUSTER_NODE_NAME",
            "MUSTER_PHASE",
            "MUSTER_REQUESTED_BY",
            "MUSTER_RESULT_FILE",
            "MUSTER_RUN_ID",
            "PATH");
    assertThat(run.stdout.toString(StandardCharsets.UTF_8)).contains("MUSTER_NODE_NAME=node-1\n");
  }

  @Test
  void result_comesFromTheResultFileFirst() throws Exception {
    FakeRun run = new FakeRun("{}", Duration.ZERO);

    Outcome outcome = run("echo '[1]'; echo -n '{\"a\":1}' > \"$MUSTER_RESULT_FILE\"", run);

    assertThat(finished(outcome).result().dataJson()).contains("{\"a\":1}");
  }

  @Test
  void stdoutThatIsNoJson_isOutputAndNoResult() throws Exception {
    FakeRun run = new FakeRun("{}", Duration.ZERO);

    Outcome outcome = run("echo hello", run);

    assertThat(finished(outcome).result().dataJson()).isEmpty();
    assertThat(finished(outcome).result().failure()).isEmpty();
  }

  @Test
  void resultFileThatIsNoJson_isAFailure() throws Exception {
    Outcome outcome =
        run("echo nonsense > \"$MUSTER_RESULT_FILE\"", new FakeRun("{}", Duration.ZERO));

    assertThat(failureCode(outcome)).isEqualTo("HOOK_RESULT_INVALID");
  }

  @Test
  void exitCodeOtherThanZero_isAFailure() throws Exception {
    Outcome outcome = run("echo '{}'; exit 3", new FakeRun("{}", Duration.ZERO));

    assertThat(failureCode(outcome)).isEqualTo("HOOK_EXIT_NONZERO");
    assertThat(finished(outcome).exitCode()).hasValue(3);
  }

  @Test
  void signal_isAnExitCodeOf128AndTheSignal() throws Exception {
    Outcome outcome = run("kill -9 $$", new FakeRun("{}", Duration.ZERO));

    assertThat(finished(outcome).exitCode()).hasValue(137);
  }

  @Test
  void muchOutputOnBothStreams_arrivesWhole() throws Exception {
    FakeRun run = new FakeRun("{}", Duration.ZERO);

    run("head -c 3000000 /dev/zero >&2 & head -c 3000000 /dev/zero; wait", run);

    assertThat(run.stdout.size()).isEqualTo(3_000_000);
    assertThat(run.stderr.size()).isEqualTo(3_000_000);
  }

  @Test
  void hookThatCannotBeStarted_didNotStart() throws Exception {
    Path hook = Files.writeString(directory.resolve("hook"), "#!/does/not/exist\n");
    Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwxr-xr-x"));

    Outcome outcome = new HookBody(hook, launcher()).run(new FakeRun("{}", Duration.ZERO));

    assertThat(outcome).isInstanceOf(Outcome.NotStarted.class);
  }

  @Test
  void directoryOfTheRun_isGoneAfterwards() throws Exception {
    run("mkdir a; echo b > a/b; pwd", new FakeRun("{}", Duration.ZERO));

    try (Stream<Path> left = Files.list(directory.resolve("runs"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void whatAHookLeavesRunning_doesNotHoldItsRun_andIsLeftAlone() throws Exception {
    FakeRun run = new FakeRun("{}", Duration.ZERO);

    run("sleep 300 & echo $!", run);

    long left = Long.parseLong(run.stdout.toString(StandardCharsets.UTF_8).strip());
    assertThat(ProcessHandle.of(left)).isPresent();
    ProcessHandle.of(left).ifPresent(ProcessHandle::destroyForcibly);
  }

  @Test
  void stop_endsTheWholeTree_alsoWhatLeftTheSession() throws Exception {
    Path pidFile = directory.resolve("grandchild");
    FakeRun run = new FakeRun("{}", Duration.ofSeconds(5));
    CompletableFuture<Outcome> outcome =
        runAside(DOUBLE_FORK.formatted(pidFile) + "; sleep 300 & echo ready; sleep 300", run);
    ProcessHandle grandchild = awaitProcess(pidFile);

    stop();

    assertThat(outcome.get(30, TimeUnit.SECONDS)).isInstanceOf(Outcome.Stopped.class);
    assertThat(isGone(grandchild)).isTrue();
    assertThat(tree.find(List.of(trace(run)))).isEmpty();
  }

  @Test
  void stopThatIsIgnored_isForcedAfterTheGrace() throws Exception {
    Path pidFile = directory.resolve("stubborn");
    FakeRun run = new FakeRun("{}", Duration.ofMillis(300));
    CompletableFuture<Outcome> outcome =
        runAside("trap '' TERM; echo $$ > '" + pidFile + "'; while true; do sleep 1; done", run);
    ProcessHandle stubborn = awaitProcess(pidFile);

    stop();

    Outcome stopped = outcome.get(30, TimeUnit.SECONDS);
    assertThat(((Outcome.Stopped) stopped).exitCode()).hasValue(137);
    assertThat(isGone(stubborn)).isTrue();
  }

  @Test
  void stop_letsAHookCleanUp() throws Exception {
    Path pidFile = directory.resolve("polite");
    FakeRun run = new FakeRun("{}", Duration.ofSeconds(20));
    CompletableFuture<Outcome> outcome =
        runAside(
            "trap 'echo cleaned; exit 0' TERM; echo $$ > '"
                + pidFile
                + "'; while true; do sleep 0.05; done",
            run);
    awaitProcess(pidFile);

    stop();

    assertThat(((Outcome.Stopped) outcome.get(30, TimeUnit.SECONDS)).exitCode()).hasValue(0);
    assertThat(run.stdout.toString(StandardCharsets.UTF_8)).isEqualTo("cleaned\n");
  }

  @Test
  void survivorsOfADeadAgent_areFoundByTheirMarkerAlone() throws Exception {
    Path pidFile = directory.resolve("orphan");
    FakeRun run = new FakeRun("{}", Duration.ZERO);
    run(DOUBLE_FORK.formatted(pidFile) + "; while [ ! -s '" + pidFile + "' ]; do :; done", run);
    ProcessHandle orphan = awaitProcess(pidFile);

    boolean ended =
        tree.end(List.of(trace(run)), Duration.ofSeconds(2), Duration.ofSeconds(10), () -> {});

    assertThat(ended).isTrue();
    assertThat(isGone(orphan)).isTrue();
  }

  @Test
  void processThatClearedItsEnvironment_isFoundBelowItsRoot() throws Exception {
    Process root = new ProcessBuilder("sh", "-c", "env -i sleep 300 & wait").start();
    try {
      ProcessMark mark = tree.mark(root.pid()).orElseThrow();

      boolean ended =
          tree.end(
              List.of(new RunTrace("MUSTER_RUN_ID=none", Optional.of(mark))),
              Duration.ofSeconds(5),
              Duration.ofSeconds(10),
              () -> {});

      assertThat(ended).isTrue();
      assertThat(root.waitFor(10, TimeUnit.SECONDS)).isTrue();
    } finally {
      root.destroyForcibly();
    }
  }

  @Test
  void numberThatNowIsAnotherProcess_isLeftAlone() throws Exception {
    Process other = new ProcessBuilder("sleep", "300").start();
    try {
      ProcessMark mark = tree.mark(other.pid()).orElseThrow();
      ProcessMark older = new ProcessMark(mark.pid(), mark.startTicks() - 1, mark.bootId());
      ProcessMark earlierBoot = new ProcessMark(mark.pid(), mark.startTicks(), "another boot");

      assertThat(tree.find(List.of(new RunTrace("X=none", Optional.of(older))))).isEmpty();
      assertThat(tree.find(List.of(new RunTrace("X=none", Optional.of(earlierBoot))))).isEmpty();
      assertThat(tree.find(List.of(new RunTrace("X=none", Optional.of(mark))))).hasSize(1);
    } finally {
      other.destroyForcibly();
    }
  }

  private Outcome run(String script, FakeRun run) throws IOException {
    return new HookBody(hook(script), launcher()).run(run);
  }

  private CompletableFuture<Outcome> runAside(String script, FakeRun run) throws IOException {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    HookBody body = new HookBody(hook(script), launcher());
    Thread thread = new Thread(() -> outcome.complete(body.run(run)), "aside");
    thread.setDaemon(true);
    thread.start();
    aside = Optional.of(thread);
    return outcome;
  }

  /** Tells the run aside to stop, as the agent does. */
  private void stop() {
    aside.orElseThrow().interrupt();
  }

  private Path hook(String script) throws IOException {
    Path hook = Files.writeString(directory.resolve("hook"), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwxr-xr-x"));
    return hook;
  }

  private HookLauncher launcher() throws IOException {
    Path runs = Files.createDirectories(directory.resolve("runs"));
    return new HookLauncher(
        new HookSettings(runs, HookSettings.DEFAULT_SEARCH_PATH, "/"),
        tree,
        () -> new HookLauncher.NodeNames("node-id", "node-1"));
  }

  private static RunTrace trace(FakeRun run) {
    return new RunTrace("MUSTER_RUN_ID=" + run.marker(), Optional.empty());
  }

  /** Waits for a process to write its number. */
  private static ProcessHandle awaitProcess(Path pidFile) throws IOException {
    while (true) {
      String text = Files.exists(pidFile) ? Files.readString(pidFile).strip() : "";
      if (!text.isEmpty()) {
        return ProcessHandle.of(Long.parseLong(text)).orElseThrow();
      }
      Thread.onSpinWait();
    }
  }

  /** Ended, if perhaps not yet collected by its parent. */
  private static boolean isGone(ProcessHandle process) throws IOException {
    Path stat = Path.of("/proc", Long.toString(process.pid()), "stat");
    return !Files.exists(stat) || Files.readString(stat).contains(") Z ") || !process.isAlive();
  }

  private static Outcome.Finished finished(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Finished.class);
    return (Outcome.Finished) outcome;
  }

  private static String failureCode(Outcome outcome) {
    return finished(outcome).result().failure().map(Result.Failure::code).orElse("none");
  }
}
