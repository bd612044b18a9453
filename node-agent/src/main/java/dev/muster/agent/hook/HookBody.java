// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.hook;

import dev.muster.agent.Result;
import dev.muster.agent.catalog.ActionBody;
import dev.muster.agent.catalog.Outcome;
import dev.muster.agent.catalog.Run;
import dev.muster.agent.process.ProcessMark;
import dev.muster.agent.process.RunEnvironment;
import dev.muster.agent.process.RunTrace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * Runs a hook: exit code 0 is success, any other {@code HOOK_EXIT_NONZERO}. When the run is told to
 * stop, all its processes get TERM, and KILL after the grace; the run is over once none is left.
 * What a hook leaves running when it ends by itself is left alone.
 */
final class HookBody implements ActionBody {
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(30);
  private static final Duration REAP_PATIENCE = Duration.ofSeconds(1);

  private final Path hook;
  private final HookLauncher launcher;

  HookBody(Path hook, HookLauncher launcher) {
    this.hook = hook;
    this.launcher = launcher;
  }

  @Override
  public Place place() {
    return Place.AGENT;
  }

  @Override
  public Outcome run(Run run) {
    Path directory = launcher.directoryOf(run);
    try {
      return runIn(directory, run);
    } finally {
      HookLauncher.removeDirectory(directory);
    }
  }

  private Outcome runIn(Path directory, Run run) {
    Process process;
    try {
      process = launcher.start(hook, run, directory);
    } catch (IOException e) {
      return new Outcome.NotStarted("HOOK_START_FAILED", String.valueOf(e.getMessage()));
    }
    Optional<ProcessMark> mark = launcher.tree().mark(process.pid());
    mark.ifPresentOrElse(run::began, run::began);
    OutputPump pump = new OutputPump(process, run.stdout(), run.stderr());
    try {
      pump.pumpUntilExit();
    } catch (InterruptedException e) {
      end(run, mark, pump);
      return new Outcome.Stopped(exitCode(process));
    } finally {
      pump.close();
    }
    int exitCode = process.exitValue();
    Result result =
        exitCode == 0
            ? HookResult.of(HookLauncher.resultFile(directory), pump.wholeStdout())
            : Result.failure(
                "HOOK_EXIT_NONZERO", "The hook ended with exit code " + exitCode + ".");
    return new Outcome.Finished(result, OptionalInt.of(exitCode));
  }

  /** Goes on until nothing is left: the slot is not free before. */
  private void end(Run run, Optional<ProcessMark> mark, OutputPump pump) {
    List<RunTrace> traces = List.of(new RunTrace(RunEnvironment.RUN_ID + "=" + run.marker(), mark));
    Duration grace = run.stopGrace();
    while (true) {
      try {
        if (launcher.tree().end(traces, grace, KILL_PATIENCE, pump::pumpWhatThereIs)) {
          pump.pumpWhatThereIs();
          return;
        }
        grace = Duration.ZERO;
      } catch (InterruptedException e) {
        // Told to stop once more; stopping is what this does. A second call forces at once.
        grace = Duration.ZERO;
      }
    }
  }

  /** Its tree is gone, but Java learns of the exit from a thread of its own, a moment later. */
  private static OptionalInt exitCode(Process process) {
    try {
      process.waitFor(REAP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      // Told to stop once more; it has stopped.
    }
    return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
  }
}
