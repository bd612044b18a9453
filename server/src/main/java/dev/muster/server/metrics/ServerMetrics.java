// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.metrics;

import dev.muster.server.execution.ExecutionState;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.ledger.Commit;
import dev.muster.server.ledger.CommitListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** The meters of a server. Thread-safe. */
public final class ServerMetrics implements CommitListener {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<InvocationState, Counter> entered = new EnumMap<>(InvocationState.class);
  private final Counter barriersOpened;
  private final Counter barriersFailed;
  private final DistributionSummary changesPerCommit;
  private final JvmGcMetrics gc = new JvmGcMetrics();

  /** Makes the meters; those of the JVM among them. */
  public ServerMetrics() {
    for (InvocationState state : InvocationState.values()) {
      entered.put(
          state,
          Counter.builder("muster.invocations.entered")
              .description("Invocations that entered a state.")
              .tag("state", state.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
    barriersOpened = barriers("opened");
    barriersFailed = barriers("failed");
    changesPerCommit =
        DistributionSummary.builder("muster.ledger.changes")
            .description("Invocations written per commit.")
            .register(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    gc.bindTo(registry);
  }

  /** Shows a figure as it is when it is asked for. */
  public void gauge(String name, String description, IntSupplier figure) {
    Gauge.builder(name, figure, IntSupplier::getAsInt).description(description).register(registry);
  }

  /** Shows a size in bytes as it is when it is asked for. */
  public void bytes(String name, String description, LongSupplier figure) {
    Gauge.builder(name, figure, LongSupplier::getAsLong)
        .description(description)
        .baseUnit("bytes")
        .register(registry);
  }

  /** Shows a count that only grows. */
  public void count(String name, String description, LongSupplier figure) {
    FunctionCounter.builder(name, figure, LongSupplier::getAsLong)
        .description(description)
        .register(registry);
  }

  /** Returns all meters in Prometheus' text format. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void onCommit(Commit commit) {
    for (Commit.ExecutionMoved moved : commit.executions()) {
      if (moved.before().state() == ExecutionState.PREPARING) {
        barrierLeft(moved.after().state());
      }
    }
    int written = commit.inserted().size() + commit.changes().size();
    if (written == 0) {
      return;
    }
    changesPerCommit.record(written);
    for (Invocation inserted : commit.inserted()) {
      entered(inserted.state());
    }
    for (InvocationChange change : commit.changes()) {
      if (change.before().state() != change.after().state()) {
        entered(change.after().state());
      }
    }
  }

  private void barrierLeft(ExecutionState state) {
    if (state == ExecutionState.ABORTED) {
      barriersFailed.increment();
    } else if (state != ExecutionState.PREPARING
        && state != ExecutionState.CANCELLING
        && state != ExecutionState.CANCELLED) {
      barriersOpened.increment(); // And gone on within the same commit, maybe.
    }
  }

  private Counter barriers(String verdict) {
    return Counter.builder("muster.barriers.decided")
        .description("Barriers that opened or failed.")
        .tag("verdict", verdict)
        .register(registry);
  }

  private void entered(InvocationState state) {
    java.util.Objects.requireNonNull(entered.get(state)).increment();
  }
}
