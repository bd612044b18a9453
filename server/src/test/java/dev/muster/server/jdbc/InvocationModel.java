// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.execution.ExecutionId;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.InvocationStore;
import dev.muster.server.invocation.Result;
import dev.muster.server.node.NodeId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The store of invocations at its plainest: a map, and queries that look at all of it. */
final class InvocationModel implements InvocationStore {
  private final Map<InvocationId, Invocation> invocations = new TreeMap<>();
  private final Map<InvocationId, List<HistoryEntry>> histories = new HashMap<>();
  private final Map<InvocationId, Result> results = new HashMap<>();
  private final Predicate<ExecutionId> running;

  InvocationModel(Predicate<ExecutionId> running) {
    this.running = running;
  }

  /** Returns all, by id. */
  List<Invocation> all() {
    return List.copyOf(invocations.values());
  }

  @Override
  public void insert(List<NewInvocation> added) {
    for (NewInvocation one : added) {
      invocations.put(one.invocation().id(), one.invocation());
      histories.put(one.invocation().id(), new ArrayList<>(List.of(one.first())));
    }
  }

  @Override
  public boolean[] compareAndSet(List<InvocationChange> changes) {
    boolean[] written = new boolean[changes.size()];
    for (int i = 0; i < written.length; i++) {
      InvocationChange change = changes.get(i);
      Invocation row = invocations.get(change.before().id());
      if (row == null
          || row.state() != change.before().state()
          || row.epoch() != change.before().epoch()) {
        continue;
      }
      Invocation after = change.after();
      invocations.put(row.id(), row.cancelRequested() ? after.cancelAsked() : after);
      Objects.requireNonNull(histories.get(row.id())).addAll(change.evidence());
      Result result = change.result();
      if (result != null) {
        results.put(row.id(), result);
      }
      written[i] = true;
    }
    return written;
  }

  @Override
  public void requestCancel(InvocationId id, long revision) {
    invocations.computeIfPresent(
        id,
        (key, row) -> row.state().isOutstanding() ? row.cancelAsked().atRevision(revision) : row);
  }

  @Override
  public Optional<Invocation> find(InvocationId id) {
    return Optional.ofNullable(invocations.get(id));
  }

  @Override
  public List<Invocation> waiting(NodeId node, int limit) {
    return of(node)
        .filter(one -> one.state() == InvocationState.PENDING && running.test(one.executionId()))
        .sorted(Comparator.comparing(Invocation::releaseTime).thenComparing(Invocation::id))
        .limit(limit)
        .toList();
  }

  @Override
  public List<Invocation> outstanding(NodeId node) {
    return of(node).filter(one -> one.state().isOutstanding()).toList();
  }

  @Override
  public List<Invocation> holdingSlots(NodeId node) {
    return of(node).filter(one -> one.state().holdsSlot()).toList();
  }

  @Override
  public int countPrepared(ExecutionId execution, LiveSession isLive) {
    return Math.toIntExact(
        of(execution)
            .filter(one -> one.state() == InvocationState.PREPARED)
            .filter(one -> isLive.test(one.nodeId(), one.epoch()))
            .count());
  }

  @Override
  public List<Invocation> lost(NodeId node, int limit) {
    return ofNode(node, Optional.empty(), Set.of(InvocationState.LOST), limit);
  }

  @Override
  public List<Invocation> unsettled(NodeId node, int limit) {
    return of(node).filter(one -> !one.state().isSettled()).limit(limit).toList();
  }

  @Override
  public List<Invocation> ofExecution(
      ExecutionId execution, int afterOrdinal, Set<InvocationState> states, int limit) {
    return of(execution)
        .filter(one -> one.ordinal() > afterOrdinal && isIn(states, one))
        .sorted(Comparator.comparing(Invocation::ordinal))
        .limit(limit)
        .toList();
  }

  @Override
  public List<Invocation> changedSince(
      ExecutionId execution, long revision, int afterOrdinal, int limit) {
    return of(execution)
        .filter(
            one ->
                one.revision() > revision
                    || (one.revision() == revision && one.ordinal() > afterOrdinal))
        .sorted(Comparator.comparing(Invocation::revision).thenComparing(Invocation::ordinal))
        .limit(limit)
        .toList();
  }

  @Override
  public List<Invocation> ofNode(
      NodeId node, Optional<InvocationId> before, Set<InvocationState> states, int limit) {
    return of(node)
        .filter(one -> isIn(states, one))
        .filter(one -> before.isEmpty() || one.id().compareTo(before.get()) < 0)
        .sorted(Comparator.comparing(Invocation::id).reversed())
        .limit(limit)
        .toList();
  }

  @Override
  public List<Invocation> startDue(Instant now, int limit) {
    return invocations.values().stream()
        .filter(one -> one.state().isWaiting() && !one.startDeadline().isAfter(now))
        .sorted(Comparator.comparing(Invocation::startDeadline).thenComparing(Invocation::id))
        .limit(limit)
        .toList();
  }

  @Override
  public List<Invocation> reportDue(Instant now, int limit) {
    return invocations.values().stream()
        .filter(one -> one.state().isOutstanding() && !reportDeadline(one).isAfter(now))
        .sorted(Comparator.comparing(InvocationModel::reportDeadline).thenComparing(Invocation::id))
        .limit(limit)
        .toList();
  }

  @Override
  public Map<InvocationId, Result> results(List<InvocationId> ids) {
    return ids.stream()
        .distinct()
        .filter(results::containsKey)
        .collect(Collectors.toMap(id -> id, id -> Objects.requireNonNull(results.get(id))));
  }

  @Override
  public List<HistoryEntry> history(InvocationId id) {
    return histories.getOrDefault(id, List.of());
  }

  private Stream<Invocation> of(NodeId node) {
    return invocations.values().stream().filter(one -> one.nodeId().equals(node));
  }

  private Stream<Invocation> of(ExecutionId execution) {
    return invocations.values().stream().filter(one -> one.executionId().equals(execution));
  }

  private static boolean isIn(Set<InvocationState> states, Invocation one) {
    return states.isEmpty() || states.contains(one.state());
  }

  private static Instant reportDeadline(Invocation one) {
    Instant deadline = one.reportDeadline();
    return deadline == null ? Instant.MAX : deadline;
  }
}
