// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.ExecutionStore.Filter;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.Result;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.server.ledger.StoreTransaction;
import dev.muster.server.node.NodeId;
import dev.muster.server.page.Page;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What operators read of executions and invocations. Blocks on the store. Thread-safe. */
public final class ExecutionQueries {
  private static final int REMEMBERED_ACTIONS = 10_000;

  private final LedgerStore store;

  /** Names of actions by execution: they never change, and an order is large. */
  private final Cache<ExecutionId, String> actions =
      Caffeine.newBuilder().maximumSize(REMEMBERED_ACTIONS).build();

  /** Reads from this store. */
  public ExecutionQueries(LedgerStore store) {
    this.store = store;
  }

  /**
   * An invocation and how it came there.
   *
   * @param view the invocation with its result
   * @param history its transitions and evidence, oldest first
   */
  public record InvocationDetail(InvocationView view, List<HistoryEntry> history) {
    /** Copies the history. */
    public InvocationDetail {
      history = List.copyOf(history);
    }
  }

  /**
   * Returns one execution.
   *
   * @throws BusException EXECUTION_NOT_FOUND
   */
  public Execution get(ExecutionId id) {
    return store
        .read(tx -> tx.executions().find(id))
        .orElseThrow(() -> notFound(ErrorReason.EXECUTION_NOT_FOUND, "execution", id.toString()));
  }

  /** Returns executions, newest first, behind one if given. */
  public Page<Execution> list(Filter filter, Optional<ExecutionId> before, int size) {
    return Page.cut(store.read(tx -> tx.executions().list(filter, before, size + 1)), size);
  }

  /**
   * Returns invocations of an execution in the order of its cohort, behind a position; before the
   * first: -1.
   *
   * @throws BusException EXECUTION_NOT_FOUND
   */
  public Page<InvocationView> ofExecution(
      ExecutionId id, int afterOrdinal, Set<InvocationState> states, int size) {
    return store.read(
        tx -> {
          if (tx.executions().progress(id).isEmpty()) {
            throw notFound(ErrorReason.EXECUTION_NOT_FOUND, "execution", id.toString());
          }
          return views(
              tx, Page.cut(tx.invocations().ofExecution(id, afterOrdinal, states, size + 1), size));
        });
  }

  /** Returns invocations of a node, newest first, behind one if given. */
  public Page<InvocationView> ofNode(
      NodeId node, Optional<InvocationId> before, Set<InvocationState> states, int size) {
    return store.read(
        tx -> views(tx, Page.cut(tx.invocations().ofNode(node, before, states, size + 1), size)));
  }

  /**
   * Returns one invocation with its result and its history.
   *
   * @throws BusException INVOCATION_NOT_FOUND
   */
  public InvocationDetail invocation(InvocationId id) {
    return store.read(
        tx -> {
          Invocation invocation =
              tx.invocations()
                  .find(id)
                  .orElseThrow(
                      () ->
                          notFound(ErrorReason.INVOCATION_NOT_FOUND, "invocation", id.toString()));
          InvocationView view = views(tx, new Page<>(List.of(invocation), false)).items().get(0);
          return new InvocationDetail(view, tx.invocations().history(id));
        });
  }

  private Page<InvocationView> views(StoreTransaction tx, Page<Invocation> page) {
    List<InvocationId> settled =
        page.items().stream()
            .filter(invocation -> invocation.state().isSettled())
            .map(Invocation::id)
            .toList();
    Map<InvocationId, Result> results =
        settled.isEmpty() ? Map.of() : tx.invocations().results(settled);
    return page.map(
        invocation ->
            new InvocationView(
                invocation,
                action(tx, invocation.executionId()),
                Optional.ofNullable(results.get(invocation.id()))));
  }

  private String action(StoreTransaction tx, ExecutionId id) {
    return actions.get(id, unknown -> tx.executions().order(unknown).map(Order::action).orElse(""));
  }

  private static BusException notFound(ErrorReason reason, String what, String id) {
    return BusException.of(reason)
        .message("There is no " + what + " " + id + ".")
        .with(what + "_id", id)
        .build();
  }
}
