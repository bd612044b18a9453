// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.node.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The invocations of one node, live or past. What is live is found by the partial index of live
 * invocations; a past of any length is read backwards, stretch by stretch of the table.
 */
final class InvocationsOfNode {
  /** The condition of the index invocation_live, word for word. */
  private static final String LIVE =
      """
      (state = 'PENDING' OR state = 'PREPARING' OR state = 'PREPARED'
           OR state = 'DISPATCHED' OR state = 'ACKNOWLEDGED' OR state = 'STARTED' OR state = 'LOST')
      """;

  private static final Set<InvocationState> OUTSTANDING = states(InvocationState::isOutstanding);
  private static final Set<InvocationState> HOLDING = states(InvocationState::holdsSlot);
  private static final Set<InvocationState> UNSETTLED = states(state -> !state.isSettled());
  private static final Set<InvocationState> LIVE_STATES =
      states(state -> !state.isSettled() || state == InvocationState.LOST);

  private static final Comparator<Invocation> BY_ID = Comparator.comparing(Invocation::id);

  private static final InvocationId GREATEST_ID = new InvocationId(new UUID(-1, -1));

  private final Statements statements;

  InvocationsOfNode(Statements statements) {
    this.statements = statements;
  }

  List<Invocation> outstanding(NodeId node) {
    return live(node, OUTSTANDING).sorted().map(this::found).toList();
  }

  List<Invocation> holdingSlots(NodeId node) {
    return live(node, HOLDING).sorted().map(this::found).toList();
  }

  List<Invocation> unsettled(NodeId node, int limit) {
    return live(node, UNSETTLED).sorted().limit(limit).map(this::found).toList();
  }

  /**
   * Neither ordered nor limited: for the order, the planner would walk through the node's whole
   * past.
   */
  static final String LIVE_IDS =
      """
      SELECT id
      FROM invocation
      WHERE node_id = ? AND state IN\s"""
          + InvocationRows.CHOSEN_STATES
          + "AND "
          + LIVE;

  /** Returns the ids of a node's invocations in these states, all of them live, in no order. */
  private Stream<InvocationId> live(NodeId node, Set<InvocationState> states) {
    return statements
        .list(
            LIVE_IDS,
            params -> InvocationRows.bindStates(params.id(node.value()), states),
            row -> new InvocationId(row.id()))
        .stream();
  }

  private Invocation found(InvocationId id) {
    return statements
        .find(JdbcInvocationStore.FIND, params -> params.id(id.value()), InvocationRows::read)
        .orElseThrow();
  }

  static final String OLDEST_STRETCH =
      """
      SELECT min(sequence) >> 16
      FROM invocation
      """;

  static final String NEWEST_STRETCH =
      """
      SELECT max(sequence) >> 16
      FROM invocation
      """;

  static final String OF_NODE_IN_STRETCH =
      "SELECT "
          + InvocationRows.COLUMNS
          + """
          FROM invocation i
          WHERE i.sequence >> 16 = ? AND i.node_id = ? AND i.id < ? AND i.state IN\s"""
          + InvocationRows.CHOSEN_STATES
          + """
          ORDER BY i.id DESC
          LIMIT ?
          """;

  /** Returns the newest before this one; in these states, where there are any. */
  List<Invocation> list(
      NodeId node, Optional<InvocationId> before, Set<InvocationState> states, int limit) {
    InvocationId end = before.orElse(GREATEST_ID);
    if (!states.isEmpty() && LIVE_STATES.containsAll(states)) {
      // Otherwise a node's whole past would be searched for the few that are live.
      return live(node, states)
          .filter(id -> id.compareTo(end) < 0)
          .sorted(Comparator.reverseOrder())
          .limit(limit)
          .map(this::found)
          .toList();
    }
    return byStretch(node, end, states, limit);
  }

  private List<Invocation> byStretch(
      NodeId node, InvocationId end, Set<InvocationState> states, int limit) {
    long oldest = stretch(OLDEST_STRETCH);
    List<Invocation> found = new ArrayList<>();
    boolean enough = false;
    for (long stretch = stretch(NEWEST_STRETCH); stretch >= oldest && !enough; stretch--) {
      // One stretch more than it takes: ids are made before they are inserted, so a few are older
      // than their place tells.
      enough = found.size() >= limit;
      found.addAll(inStretch(stretch, node, end, states, limit));
    }
    found.sort(BY_ID.reversed());
    return found.size() <= limit ? found : List.copyOf(found.subList(0, limit));
  }

  private List<Invocation> inStretch(
      long stretch, NodeId node, InvocationId end, Set<InvocationState> states, int limit) {
    return statements.list(
        OF_NODE_IN_STRETCH,
        params -> {
          params.number(stretch).id(node.value()).id(end.value());
          InvocationRows.bindStates(params, states).number(limit);
        },
        InvocationRows::read);
  }

  /** Returns the number of a stretch of the table; 0 while it is empty. */
  private long stretch(String query) {
    return statements.find(query, Statements.Binding.NONE, Row::longNumber).orElse(0L);
  }

  private static Set<InvocationState> states(Predicate<InvocationState> condition) {
    return Arrays.stream(InvocationState.values())
        .filter(condition)
        .collect(Collectors.toUnmodifiableSet());
  }
}
