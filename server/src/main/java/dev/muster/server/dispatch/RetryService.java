// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.dispatch;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.PreparePolicy;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeDirectory;
import dev.muster.server.node.Presence;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Dispatches the same again to a part of a settled execution's cohort, as a new execution that
 * names its source. Every gate is asked again. Thread-safe; blocks until durable.
 */
public final class RetryService {
  private static final int ROWS = 1_000;

  private final DispatchService dispatches;
  private final LedgerStore store;
  private final NodeDirectory directory;
  private final Presence presence;
  private final InstantSource clock;

  /** Makes the service. */
  public RetryService(
      DispatchService dispatches,
      LedgerStore store,
      NodeDirectory directory,
      Presence presence,
      InstantSource clock) {
    this.dispatches = dispatches;
    this.store = store;
    this.directory = directory;
    this.presence = presence;
    this.clock = clock;
  }

  /**
   * Retries.
   *
   * @throws BusException EXECUTION_NOT_FOUND, NOT_RETRYABLE, and as the catalogue of
   *     DispatchExecution tells
   */
  public DispatchOutcome retry(RetryCommand command) {
    Optional<Execution> earlier =
        store.read(tx -> DispatchService.replayed(tx, command.requestKey()));
    if (earlier.isPresent()) {
      return new DispatchOutcome(earlier.get(), true);
    }
    Execution source =
        store
            .read(tx -> tx.executions().find(command.source()))
            .orElseThrow(() -> notFound(command.source()));
    requireSettled(command, source);
    List<Node> nodes = nodes(command);
    if (nodes.isEmpty()) {
      throw notRetryable(command, "no node of it is in " + words(command));
    }
    return dispatches.dispatch(
        again(command, source, nodes.size()),
        Cohort.of(nodes, source.offline(), presence),
        source.id());
  }

  private static void requireSettled(RetryCommand command, Execution source) {
    if (!source.progress().state().isSettled()) {
      throw notRetryable(
          command,
          "it is " + source.progress().state() + "; cancel it, or wait until it has settled");
    }
    for (InvocationState state : command.states()) {
      if (!state.isSettled()) {
        throw notRetryable(command, state + " is no state in which an invocation has settled");
      }
    }
  }

  /** In the order of the source's cohort. Nodes that are gone altogether are left out. */
  private List<Node> nodes(RetryCommand command) {
    List<Node> nodes = new ArrayList<>();
    int[] after = {-1};
    List<Invocation> part;
    do {
      part =
          store.read(
              tx ->
                  tx.invocations().ofExecution(command.source(), after[0], command.states(), ROWS));
      for (Invocation invocation : part) {
        directory.find(invocation.nodeId()).ifPresent(nodes::add);
        after[0] = invocation.ordinal();
      }
    } while (part.size() == ROWS);
    return nodes;
  }

  private DispatchCommand again(RetryCommand command, Execution source, int nodes) {
    return new DispatchCommand(
        command.requestedBy(),
        command.role(),
        command.requestKey(),
        source.order().projectId(),
        List.of(),
        "",
        source.order().action(),
        source.order().inputJson(),
        command.confirmed(),
        source.offline(),
        Optional.of(source.startWithin()),
        Optional.of(source.order().runTimeout()),
        Optional.of(
            clock
                .instant()
                .plus(Duration.between(source.createTime(), source.order().expireTime()))),
        fitting(source.order().prepare().policy(), nodes),
        "",
        command.reason(),
        source.plan().rollout(),
        source.plan().ineligible());
  }

  /** A quorum that was a number of nodes is never more than there are now. */
  private static PreparePolicy fitting(PreparePolicy policy, int nodes) {
    return new PreparePolicy(
        policy.mode(),
        Math.min(policy.quorumCount(), nodes),
        policy.quorumPercent(),
        policy.within());
  }

  private static String words(RetryCommand command) {
    return command.states().stream().map(Enum::name).sorted().collect(Collectors.joining(" or "));
  }

  private static BusException notRetryable(RetryCommand command, String why) {
    return BusException.of(ErrorReason.NOT_RETRYABLE)
        .message("Execution " + command.source() + " cannot be retried: " + why + ".")
        .with("execution_id", command.source())
        .with("states", words(command))
        .with("why", why)
        .build();
  }

  private static BusException notFound(ExecutionId id) {
    return BusException.of(ErrorReason.EXECUTION_NOT_FOUND)
        .message("There is no execution " + id + ".")
        .with("execution_id", id)
        .build();
  }
}
