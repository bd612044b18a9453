// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.dispatch;

import dev.muster.benchmarks.Fleet;
import dev.muster.server.access.Role;
import dev.muster.server.execution.IneligiblePolicy;
import dev.muster.server.execution.OfflinePolicy;
import dev.muster.server.execution.PreparePolicy;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.execution.RolloutPolicy;
import dev.muster.server.execution.Surface;
import dev.muster.server.request.RequestKey;
import dev.muster.wire.Sha256;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a dispatch makes of {@code role=web} among a hundred thousand nodes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CohortBenchmark {
  /** What becomes of those that are offline. */
  @Param({"QUEUE", "SKIP"})
  public OfflinePolicy offline = OfflinePolicy.QUEUE;

  private final Fleet fleet = new Fleet();

  /** Resolves the target. */
  @Benchmark
  public Object resolve() {
    return Cohort.resolve(command(), fleet.directory(), fleet.presence());
  }

  private DispatchCommand command() {
    return new DispatchCommand(
        new RequestedBy("", "alice", Surface.CLI, ""),
        Role.OPERATOR,
        new RequestKey("alice", Fleet.PROJECT, "Dispatch", "", Sha256.hash()),
        Fleet.PROJECT,
        List.of(),
        "role=web",
        "uptime",
        new byte[0],
        false,
        offline,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        PreparePolicy.NONE,
        "",
        "",
        RolloutPolicy.NONE,
        IneligiblePolicy.FAIL);
  }
}
