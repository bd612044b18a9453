// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.watch;

import dev.muster.cli.ExitCode;
import dev.muster.cli.connection.Backoff;
import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.connection.Sleeper;
import dev.muster.cli.execution.CohortTable;
import dev.muster.cli.execution.CohortView;
import dev.muster.cli.execution.InvocationSheet;
import dev.muster.cli.execution.StateCounts;
import dev.muster.cli.output.OutputFormat;
import dev.muster.cli.output.Terminal;
import dev.muster.proto.operator.v1.View;
import dev.muster.proto.operator.v1.WatchExecutionRequest;
import dev.muster.proto.operator.v1.WatchExecutionResponse;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.wire.WireErrors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Follows one execution until it has settled and prints it: progress while it runs, its nodes at
 * the end. Ctrl-C lets go of it and says how to come back; the execution goes on.
 */
public final class Follower {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
  private static final int OUTPUT_COHORT = 50;

  private final OperatorConnection connection;
  private final Terminal terminal;
  private final OutputFormat format;
  private final Sleeper sleeper;
  private final RandomGenerator random;
  private final Interrupt.ShutdownHooks hooks;

  /** Makes a follower. */
  public Follower(
      OperatorConnection connection,
      Terminal terminal,
      OutputFormat format,
      Sleeper sleeper,
      RandomGenerator random,
      Interrupt.ShutdownHooks hooks) {
    this.connection = connection;
    this.terminal = terminal;
    this.format = format;
    this.sleeper = sleeper;
    this.random = random;
    this.hooks = hooks;
  }

  /**
   * What to follow.
   *
   * @param executionId which execution
   * @param cohortSize how large its cohort is; results are only fetched for small ones
   * @param followLost whether to stay as long as an invocation is LOST
   * @param maxRows how many nodes to show in the end; 0: all
   */
  public record Target(String executionId, int cohortSize, boolean followLost, int maxRows) {}

  /**
   * Follows.
   *
   * @throws StatusRuntimeException if the server refuses, or cannot be reached from the beginning
   */
  public ExitCode follow(Target target) {
    CohortView view = new CohortView();
    try (Progress progress = progress()) {
      Interrupt interrupt = new Interrupt(hooks, () -> detach(target, progress));
      try {
        watch().follow(request(target), new Screen(target, view, progress));
      } finally {
        interrupt.disarm();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.DETACHED;
    } catch (OutClosedException e) {
      return ExitCode.DETACHED;
    }
    printEnd(target, view);
    return view.allSucceeded() ? ExitCode.SUCCESS : ExitCode.NOT_ALL_SUCCEEDED;
  }

  private ExecutionWatch watch() {
    return new ExecutionWatch(
        request -> connection.executions().watchExecution(request),
        new Backoff(FIRST_PAUSE, LONGEST_PAUSE, random),
        sleeper);
  }

  private static WatchExecutionRequest request(Target target) {
    return WatchExecutionRequest.newBuilder()
        .setExecutionId(target.executionId())
        .setFollowLost(target.followLost())
        .setView(target.cohortSize() <= OUTPUT_COHORT ? View.VIEW_FULL : View.VIEW_BASIC)
        .build();
  }

  private void printEnd(Target target, CohortView view) {
    switch (format) {
      case TABLE -> {
        new CohortTable(target.maxRows()).print(view.execution(), view.invocations(), terminal);
        if (view.invocations().size() == 1) {
          InvocationSheet.printResult(view.invocations().iterator().next(), terminal);
        }
      }
      case JSON -> terminal.document(view.snapshot());
      case JSONL -> {} // Each event was printed when it came.
    }
  }

  private Progress progress() {
    if (format.isJson()) {
      return new NoProgress(terminal);
    }
    return terminal.canRedraw()
        ? new RedrawnProgress(terminal)
        : new LineProgress(terminal, System::nanoTime);
  }

  private void detach(Target target, Progress progress) {
    progress.close();
    terminal.note(
        "Detached; the execution goes on.\n"
            + "  come back: muster watch "
            + target.executionId()
            + "\n  stop it:   muster cancel "
            + target.executionId());
  }

  /** Nobody reads what is printed. */
  private static final class OutClosedException extends RuntimeException {}

  /** Shows what the watch tells. */
  private final class Screen implements ExecutionWatch.Listener {
    private final Target target;
    private final CohortView view;
    private final Progress progress;
    private boolean interrupted;

    Screen(Target target, CohortView view, Progress progress) {
      this.target = target;
      this.view = view;
      this.progress = progress;
    }

    @Override
    public void onEvent(WatchExecutionResponse event) {
      if (interrupted) {
        interrupted = false;
        progress.tell("Connected again.");
      }
      view.apply(event);
      if (format == OutputFormat.JSONL) {
        terminal.jsonLine(event);
        if (terminal.isOutClosed()) {
          throw new OutClosedException();
        }
      }
      progress.show(view.execution());
    }

    @Override
    public void onRestart() {
      view.restart();
    }

    @Override
    public void onInterruption(StatusRuntimeException failure, Duration pause) {
      if (!interrupted) {
        interrupted = true;
        Status.Code code = failure.getStatus().getCode();
        progress.tell(
            "Lost the connection ("
                + WireErrors.reasonOf(failure).map(WireErrors::nameOf).orElse(code.name())
                + "); the execution goes on. Trying until it is back.");
      }
    }

    @Override
    public boolean isComplete() {
      boolean lost =
          StateCounts.of(view.execution().getCounts()).in(InvocationState.INVOCATION_STATE_LOST)
              > 0;
      return view.isSettled() && !(target.followLost() && lost);
    }
  }
}
