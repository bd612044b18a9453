// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.Result;
import dev.muster.agent.catalog.ActionBody;
import dev.muster.agent.catalog.CatalogEntry;
import dev.muster.agent.catalog.Outcome;
import dev.muster.agent.execution.StopSignal.Cause;
import dev.muster.agent.execution.StopSignal.Stop;
import dev.muster.agent.loop.Loop;
import dev.muster.agent.output.OutputFolder;
import dev.muster.agent.process.ProcessMark;
import dev.muster.proto.agent.v1.Progress;
import dev.muster.wire.Limits;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a run on its thread, keeps its time, and brings back on the loop what it tells. Costs no
 * thread beyond the one that the run is on. Confined to the loop.
 */
final class RunLauncher {
  private static final Logger log = LoggerFactory.getLogger(RunLauncher.class);

  /** How long a run may take to end after it was forced. */
  private static final Duration FORCE_MARGIN = Duration.ofSeconds(5);

  private static final Outcome NEVER_BEGAN =
      new Outcome.NotStarted("EXECUTOR_BUSY", "No thread was free before the run timeout.");

  /** What becomes of runs; called on the loop. */
  interface Watcher {
    void onBegan(Invocation invocation, LiveRun run, Optional<ProcessMark> process);

    void onProgress(Progress progress);

    void onStillRunning(Invocation invocation, LiveRun run, Stop stop);

    void onEnded(Invocation invocation, LiveRun run, Outcome outcome);
  }

  private final Loop loop;
  private final Workers workers;
  private final RunSettings settings;
  private final OutputFolder outputs;
  private final OutputTail tail;

  RunLauncher(
      Loop loop, Workers workers, RunSettings settings, OutputFolder outputs, OutputTail tail) {
    this.loop = loop;
    this.workers = workers;
    this.settings = settings;
    this.outputs = outputs;
    this.tail = tail;
  }

  /** Starts a run whose start is on disk. */
  LiveRun launch(Invocation invocation, Command command, CatalogEntry action, Watcher watcher) {
    ActionBody.Place place = action.body().place();
    LiveRun run =
        new LiveRun(
            command,
            invocation.entry.marker(),
            invocation.entry.attempt(),
            outputCap(action),
            outputs,
            new StopSignal(workers.of(place)),
            events(invocation, watcher));
    tail.show(invocation.id, run);
    try {
      workers.of(place).execute(() -> run(invocation, run, action.body(), watcher));
    } catch (RejectedExecutionException e) {
      Outcome refused =
          new Outcome.NotStarted("EXECUTOR_REFUSED", "The agent's executor takes no more work.");
      loop.execute(() -> watcher.onEnded(invocation, run, refused));
      return run;
    }
    Duration timeout = command.runTimeout(action.declaration());
    loop.after(timeout, () -> timedOut(invocation, run, timeout, watcher));
    return run;
  }

  private void run(Invocation invocation, LiveRun run, ActionBody body, Watcher watcher) {
    Outcome outcome;
    if (run.signal().isCancelled()) {
      // Told to stop while it waited for this thread.
      loop.execute(() -> watcher.onEnded(invocation, run, NEVER_BEGAN));
      return;
    }
    run.signal().enter();
    try {
      outcome = body.run(run);
    } catch (Exception e) {
      outcome =
          run.signal().isCancelled()
              ? new Outcome.Stopped(OptionalInt.empty())
              : threw(invocation, e);
    } catch (Error e) {
      // The invocation still gets its answer; the thread's owner gets the error.
      Outcome failed = threw(invocation, e);
      loop.execute(() -> watcher.onEnded(invocation, run, failed));
      throw e;
    } finally {
      run.signal().leave();
      run.finishOutput(); // Here, where the disk may take its time.
    }
    Outcome ended = outcome;
    loop.execute(() -> watcher.onEnded(invocation, run, ended));
  }

  private void timedOut(Invocation invocation, LiveRun run, Duration timeout, Watcher watcher) {
    if (invocation.run != run) {
      return;
    }
    Stop stop =
        new Stop(
            Cause.TIMEOUT,
            "The run took longer than its run timeout of " + timeout.toMillis() + " ms.",
            settings.stopGrace());
    run.signal().stop(stop);
    loop.after(
        settings.stopGrace().plus(FORCE_MARGIN),
        () -> {
          if (invocation.run == run) {
            watcher.onStillRunning(invocation, run, stop);
          }
        });
  }

  private LiveRun.Events events(Invocation invocation, Watcher watcher) {
    return new LiveRun.Events() {
      @Override
      public void began(LiveRun run, Optional<ProcessMark> process) {
        loop.execute(() -> watcher.onBegan(invocation, run, process));
      }

      @Override
      public void progress(Progress progress) {
        loop.execute(() -> watcher.onProgress(progress));
      }

      @Override
      public long nanos() {
        return loop.nanos();
      }
    };
  }

  private static long outputCap(CatalogEntry action) {
    long declared = action.declaration().getOutputLimitBytes();
    return declared > 0 ? Math.min(declared, Limits.MAX_OUTPUT_BYTES) : Limits.DEFAULT_OUTPUT_BYTES;
  }

  private static Outcome threw(Invocation invocation, Throwable thrown) {
    log.atWarn()
        .addKeyValue("invocation", invocation.id)
        .setCause(thrown)
        .log("The action's code threw.");
    String message = thrown.getClass().getName();
    if (thrown.getMessage() != null) {
      message += ": " + thrown.getMessage();
    }
    return new Outcome.Finished(Result.failure("HANDLER_THREW", message), OptionalInt.empty());
  }
}
