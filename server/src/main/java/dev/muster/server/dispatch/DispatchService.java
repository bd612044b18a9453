// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.dispatch;

import dev.muster.server.audit.AuditDetails;
import dev.muster.server.audit.AuditRecord;
import dev.muster.server.barrier.Barriers;
import dev.muster.server.delivery.Materialiser;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.ExecutionStore.CohortSlice;
import dev.muster.server.execution.ExecutionStore.LiveHolder;
import dev.muster.server.execution.IneligibleNode;
import dev.muster.server.execution.InvocationCounts;
import dev.muster.server.execution.Order;
import dev.muster.server.execution.Plan;
import dev.muster.server.execution.RolloutPolicy;
import dev.muster.server.execution.RolloutState;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerEntry;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.ledger.StoreTransaction;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeDirectory;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.Presence;
import dev.muster.server.request.RequestKey;
import dev.muster.server.request.Requests;
import dev.muster.server.rollout.Rollouts;
import dev.muster.server.session.CreditLease;
import dev.muster.wire.Limits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Dispatches an action to a cohort: resolves the cohort, asks the gates, and commits execution,
 * frozen cohort and audit at once; hand-over follows. A refused dispatch leaves no execution
 * behind. Thread-safe; blocks until durable.
 */
public final class DispatchService {
  /** The only domain there is, so far. */
  public static final String DOMAIN = "default";

  private static final Duration MAX_AHEAD = Duration.ofDays(90);
  private static final byte[] NO_INPUT = "{}".getBytes(StandardCharsets.UTF_8);
  private static final int SKIPPED_KEPT = 1_000;
  private static final int HOLDERS_TOLD = 5;

  private final Ledger ledger;
  private final LedgerStore store;
  private final NodeDirectory directory;
  private final Presence presence;
  private final DispatchGate gate;
  private final Materialiser materialiser;
  private final Barriers barriers;
  private final Rollouts rollouts;
  private final InstantSource clock;
  private final Supplier<UUID> ids;
  private final int maxLiveExecutions;

  /** Makes the service. {@code ids} gives UUIDv7s; {@code maxLiveExecutions} bounds a domain. */
  public DispatchService(
      Ledger ledger,
      LedgerStore store,
      NodeDirectory directory,
      Presence presence,
      DispatchGate gate,
      Materialiser materialiser,
      Barriers barriers,
      Rollouts rollouts,
      InstantSource clock,
      Supplier<UUID> ids,
      int maxLiveExecutions) {
    this.ledger = ledger;
    this.store = store;
    this.directory = directory;
    this.presence = presence;
    this.gate = gate;
    this.materialiser = materialiser;
    this.barriers = barriers;
    this.rollouts = rollouts;
    this.clock = clock;
    this.ids = ids;
    this.maxLiveExecutions = maxLiveExecutions;
  }

  /**
   * Dispatches. When it returns, the execution survives the server's death.
   *
   * @throws BusException as the catalogue of DispatchExecution tells
   */
  public DispatchOutcome dispatch(DispatchCommand command) {
    Optional<Execution> earlier = store.read(tx -> replayed(tx, command.requestKey()));
    if (earlier.isPresent()) {
      return new DispatchOutcome(earlier.get(), true);
    }
    return dispatch(command, Cohort.resolve(command, directory, presence), null);
  }

  /** Dispatches to a cohort that is known, as a retry of {@code source} where there is one. */
  DispatchOutcome dispatch(DispatchCommand command, Cohort cohort, @Nullable ExecutionId source) {
    byte[] input = command.inputJson().length == 0 ? NO_INPUT : command.inputJson();
    DispatchGate.Passed passed = gate.check(command, cohort.nodes(), input);
    return commit(
        command,
        execution(command, cohort, input, passed, source),
        eligible(cohort.nodes(), passed.ineligible()),
        passed.ineligible());
  }

  private static List<NodeId> eligible(List<Node> nodes, List<IneligibleNode> ineligible) {
    Set<NodeId> unfit = new HashSet<>();
    ineligible.forEach(node -> unfit.add(node.nodeId()));
    List<NodeId> eligible = new ArrayList<>(nodes.size() - unfit.size());
    for (Node node : nodes) {
      if (!unfit.contains(node.id())) {
        eligible.add(node.id());
      }
    }
    return eligible;
  }

  private Execution execution(
      DispatchCommand command,
      Cohort cohort,
      byte[] input,
      DispatchGate.Passed passed,
      @Nullable ExecutionId source) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    int size = cohort.nodes().size();
    int eligible = size - passed.ineligible().size();
    Order order =
        new Order(
            new ExecutionId(ids.get()),
            command.projectId(),
            command.action(),
            input,
            runTimeout(command, passed),
            expireTime(command, now),
            command.requestedBy(),
            Preparations.of(
                command, size, eligible, startWithin(command), expireTime(command, now), now));
    return new Execution(
        order,
        new ExecutionProgress(
            order.prepare().isBarrier() ? ExecutionState.PREPARING : ExecutionState.RUNNING,
            1,
            InvocationCounts.allPending(size)),
        size,
        new Execution.Target(command.selector(), ""),
        command.reason(),
        now,
        startWithin(command),
        command.offline(),
        cohort.skippedOffline().stream().limit(SKIPPED_KEPT).map(Node::id).toList(),
        cohort.skippedOffline().size(),
        passed.redactedInput(),
        null,
        null,
        "",
        "",
        new Plan(command.rollout(), command.ineligible(), source));
  }

  private DispatchOutcome commit(
      DispatchCommand command,
      Execution execution,
      List<NodeId> nodes,
      List<IneligibleNode> ineligible) {
    // Those that wait for their wave have no invocation before.
    boolean inWaves = command.rollout().isInWaves();
    List<CohortSlice> slices = inWaves ? List.of() : slices(execution.id(), nodes);
    boolean small = slices.size() == 1;
    CreditLease lease = new CreditLease();
    LedgerEntry<DispatchOutcome> entry =
        tx -> {
          lease.begin();
          Optional<Execution> earlier = replayed(tx.store(), command.requestKey());
          if (earlier.isPresent()) {
            return new DispatchOutcome(earlier.get(), true);
          }
          requireCapacity(tx.store());
          tx.create(execution, slices);
          barriers.follow(execution);
          if (command.requestKey().isPresent()) {
            tx.store().requests().insert(command.requestKey(), execution.id().toString(), tx.now());
          }
          audit(tx, execution, ineligible.size());
          materialiser.reject(tx, execution, nodes.size(), ineligible);
          if (command.rollout().isAsked()) {
            begin(tx, execution, nodes);
          }
          if (small) {
            materialiser.materialise(tx, slices.get(0), execution, lease);
          } else if (!inWaves) {
            tx.afterCommit(materialiser::proceed);
          }
          return new DispatchOutcome(execution, false);
        };
    CompletableFuture<DispatchOutcome> committed =
        ledger.submit(
            LedgerEntry.weighing(
                (small ? nodes.size() : slices.size()) + ineligible.size(), entry));
    var unused =
        committed.whenComplete(
            (outcome, failure) -> {
              if (failure != null) {
                lease.giveBack();
              }
            });
    return Ledger.await(committed);
  }

  private void begin(LedgerTransaction tx, Execution execution, List<NodeId> nodes) {
    boolean inWaves = execution.plan().rollout().isInWaves();
    List<NodeId> waiting = inWaves ? nodes : List.of();
    tx.store()
        .rollouts()
        .insert(
            execution.id(),
            inWaves ? RolloutState.unopened(nodes.size()) : RolloutState.allOpen(nodes.size()),
            waiting);
    tx.afterCommit(() -> rollouts.follow(execution, waiting));
  }

  /** Returns what an earlier request of the same key made. */
  static Optional<Execution> replayed(StoreTransaction store, RequestKey key) {
    return Requests.replayed(store.requests(), key)
        .flatMap(made -> store.executions().find(new ExecutionId(UUID.fromString(made))));
  }

  private void requireCapacity(StoreTransaction store) {
    int live = store.executions().liveInDomain(DOMAIN);
    if (live < maxLiveExecutions) {
      return;
    }
    BusException.Builder refusal =
        BusException.of(ErrorReason.CAPACITY_EXCEEDED)
            .message(
                "Domain "
                    + DOMAIN
                    + " has "
                    + live
                    + " live executions, as many as it may; wait or cancel some.")
            .with("domain", DOMAIN)
            .with("live", live)
            .with("limit", maxLiveExecutions);
    for (LiveHolder holder : store.executions().liveHolders(DOMAIN, HOLDERS_TOLD)) {
      refusal.holder(holder.operatorName(), holder.count());
    }
    throw refusal.build();
  }

  private static void audit(LedgerTransaction tx, Execution execution, int ineligible) {
    @Nullable ExecutionId source = execution.plan().source();
    tx.audit(
        new AuditRecord(
            tx.now(),
            source == null ? "execution.dispatch" : "execution.retry",
            execution.order().requestedBy(),
            execution.order().projectId(),
            execution.id(),
            null,
            null,
            execution.order().action(),
            null,
            (source == null
                    ? new AuditDetails()
                    : new AuditDetails().add("source", source.toString()))
                .add("cohort_size", execution.cohortSize())
                .add("ineligible", ineligible)
                .add("selector", execution.target().selector())
                .add("skipped_offline", execution.skippedOffline())
                .add("prepare", execution.order().prepare().policy().mode().name())
                .add("rollout", words(execution.plan().rollout()))
                .add("reason", execution.reason())
                .addJson("input", new String(execution.redactedInput(), StandardCharsets.UTF_8))
                .json()));
  }

  private static String words(RolloutPolicy rollout) {
    return rollout.isAsked() ? rollout.toString() : "";
  }

  private static List<CohortSlice> slices(ExecutionId id, List<NodeId> nodes) {
    List<CohortSlice> slices = new ArrayList<>();
    for (int from = 0; from < nodes.size(); from += CohortSlice.SIZE) {
      List<NodeId> part = nodes.subList(from, Math.min(nodes.size(), from + CohortSlice.SIZE));
      slices.add(new CohortSlice(id, slices.size(), from, part));
    }
    return slices;
  }

  private static Duration runTimeout(DispatchCommand command, DispatchGate.Passed passed) {
    Duration timeout = command.runTimeout().orElse(passed.runTimeout());
    requireWithin("run_timeout", timeout, Limits.MIN_RUN_TIMEOUT, Limits.MAX_RUN_TIMEOUT);
    return timeout;
  }

  private static Duration startWithin(DispatchCommand command) {
    Duration startWithin = command.startWithin().orElse(Limits.DEFAULT_START_WITHIN);
    requireWithin("start_within", startWithin, Duration.ZERO, MAX_AHEAD);
    return startWithin;
  }

  private static Instant expireTime(DispatchCommand command, Instant now) {
    Instant expireTime = command.expireTime().orElse(now.plus(Limits.DEFAULT_EXPIRE_AFTER));
    requireWithin("expire_time", Duration.between(now, expireTime), Duration.ZERO, MAX_AHEAD);
    return expireTime.truncatedTo(ChronoUnit.MICROS);
  }

  private static void requireWithin(String field, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw BusException.of(ErrorReason.LIMIT_OUT_OF_RANGE)
          .message(field + " is " + value + "; it is from " + least + " to " + most + ".")
          .with("field", field)
          .with("value", value)
          .violation(field, "from " + least + " to " + most)
          .build();
    }
  }
}
