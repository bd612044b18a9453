// SPDX-License-Identifier: Apache-2.0
package dev.muster.benchmarks;

import dev.muster.server.execution.ExecutionId;
import dev.muster.server.invocation.Decision;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationEvent;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.InvocationTransitions;
import dev.muster.server.invocation.ReportedStep;
import dev.muster.server.invocation.Reports;
import dev.muster.server.invocation.Steps;
import dev.muster.server.invocation.StepsDecision;
import dev.muster.server.node.NodeId;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The pure rules: one look into the table, and whole reports of three steps. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReportsBenchmark {
  private static final int EVENTS = InvocationEvent.values().length;

  private Instant now = Instant.now();
  private Invocation dispatched =
      Samples.dispatched(new ExecutionId(Samples.id()), new NodeId(Samples.id()), 0, now);
  private List<ReportedStep> course = Samples.wholeCourse(now);
  private List<ReportedStep> withoutStart = List.of(course.get(0), course.get(2));
  private Invocation acknowledged = decided(dispatched, List.of(course.get(0)));
  private Invocation succeeded = decided(dispatched, course);
  private InvocationState state = InvocationState.DISPATCHED;
  private InvocationEvent event = InvocationEvent.REPORTED_ACKNOWLEDGED;
  private @Nullable InvocationState[][] rows = rows();

  /** One legal move. */
  @Benchmark
  public Decision transition() {
    return InvocationTransitions.decide(state, Steps.NONE, event);
  }

  /** The same by two indexes. */
  @Benchmark
  @SuppressWarnings("EnumOrdinal") // As plain as can be.
  public @Nullable InvocationState rawTransition() {
    return rows[state.index()][event.ordinal()];
  }

  /** ACKNOWLEDGED, STARTED, SUCCEEDED in one report. */
  @Benchmark
  public StepsDecision wholeCourse() {
    return Reports.decide(dispatched, course, Driver.NODE, Samples.REPLICA, now);
  }

  /** The same, the first of which is known already. */
  @Benchmark
  public StepsDecision courseGoesOn() {
    return Reports.decide(acknowledged, course, Driver.NODE, Samples.REPLICA, now);
  }

  /** The same again, once all is known. */
  @Benchmark
  public StepsDecision repeated() {
    return Reports.decide(succeeded, course, Driver.NODE, Samples.REPLICA, now);
  }

  /** Without STARTED, which is illegal. */
  @Benchmark
  public StepsDecision refused() {
    return Reports.decide(dispatched, withoutStart, Driver.NODE, Samples.REPLICA, now);
  }

  private Invocation decided(Invocation before, List<ReportedStep> steps) {
    StepsDecision decision = Reports.decide(before, steps, Driver.NODE, Samples.REPLICA, now);
    return ((StepsDecision.Apply) decision).change().after();
  }

  @SuppressWarnings("EnumOrdinal")
  private static @Nullable InvocationState[][] rows() {
    @Nullable InvocationState[][] rows = new InvocationState[InvocationState.count()][EVENTS];
    for (InvocationState from : InvocationState.values()) {
      for (InvocationEvent event : InvocationEvent.values()) {
        rows[from.index()][event.ordinal()] =
            InvocationTransitions.target(from, event).orElse(null);
      }
    }
    return rows;
  }
}
