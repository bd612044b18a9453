// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.dispatch;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.OfflinePolicy;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeDirectory;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeState;
import dev.muster.server.node.Presence;
import dev.muster.server.node.Selectors;
import dev.muster.wire.Limits;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The nodes that a dispatch goes to.
 *
 * @param nodes in the order of the cohort
 * @param skippedOffline nodes that the target names and that were left out as offline
 */
record Cohort(List<Node> nodes, List<Node> skippedOffline) {
  /** Copies the lists. */
  Cohort {
    nodes = List.copyOf(nodes);
    skippedOffline = List.copyOf(skippedOffline);
  }

  /**
   * Resolves the target of a dispatch.
   *
   * @throws BusException TARGET_INVALID, MALFORMED_SELECTOR, NODE_NOT_FOUND, NODE_REVOKED,
   *     COHORT_EMPTY, LIMIT_OUT_OF_RANGE
   */
  static Cohort resolve(DispatchCommand command, NodeDirectory directory, Presence presence) {
    return of(target(command, directory), command.offline(), presence);
  }

  /**
   * Makes a cohort of these nodes, as far as offline ones may wait.
   *
   * @throws BusException COHORT_EMPTY, LIMIT_OUT_OF_RANGE
   */
  static Cohort of(List<Node> target, OfflinePolicy policy, Presence presence) {
    if (policy == OfflinePolicy.QUEUE) {
      return bounded(new Cohort(target, List.of()));
    }
    List<Node> online = new ArrayList<>(target.size());
    List<Node> offline = new ArrayList<>();
    for (Node node : target) {
      (presence.isOnline(node.id()) ? online : offline).add(node);
    }
    return bounded(new Cohort(online, offline));
  }

  private static Cohort bounded(Cohort cohort) {
    if (cohort.nodes.isEmpty()) {
      throw BusException.of(ErrorReason.COHORT_EMPTY)
          .message(
              cohort.skippedOffline.isEmpty()
                  ? "The target matches no node."
                  : "All " + cohort.skippedOffline.size() + " nodes of the target are offline.")
          .with("skipped_offline", cohort.skippedOffline.size())
          .build();
    }
    if (cohort.nodes.size() > Limits.COHORT_NODES) {
      throw BusException.of(ErrorReason.LIMIT_OUT_OF_RANGE)
          .message(
              "The target matches "
                  + cohort.nodes.size()
                  + " nodes; at most "
                  + Limits.COHORT_NODES
                  + ".")
          .with("matched", cohort.nodes.size())
          .with("limit", Limits.COHORT_NODES)
          .build();
    }
    return cohort;
  }

  private static List<Node> target(DispatchCommand command, NodeDirectory directory) {
    boolean named = !command.nodeIds().isEmpty();
    boolean selected = !command.selector().isEmpty();
    if (named == selected) {
      throw invalid(
          named
              ? "A dispatch names its nodes or a selector, not both."
              : "A dispatch names its nodes or a selector; it has neither.");
    }
    return named
        ? named(command, directory)
        : directory.match(command.projectId(), Selectors.parse(command.selector()));
  }

  private static List<Node> named(DispatchCommand command, NodeDirectory directory) {
    if (command.nodeIds().size() > Limits.TARGET_NODE_IDS) {
      throw BusException.of(ErrorReason.LIMIT_OUT_OF_RANGE)
          .message(
              "node_ids has "
                  + command.nodeIds().size()
                  + " entries; at most "
                  + Limits.TARGET_NODE_IDS
                  + ".")
          .with("limit", Limits.TARGET_NODE_IDS)
          .violation("node_ids", "too many entries; use a selector")
          .build();
    }
    Set<NodeId> seen = new HashSet<>();
    List<Node> nodes = new ArrayList<>(command.nodeIds().size());
    for (String idOrName : command.nodeIds()) {
      Node node = directory.resolve(command.projectId(), idOrName);
      if (node.state() == NodeState.REVOKED) {
        throw BusException.of(ErrorReason.NODE_REVOKED)
            .message("Node " + node.name() + " was revoked; nothing can be dispatched to it.")
            .with("node_id", node.id())
            .build();
      }
      if (!seen.add(node.id())) {
        throw invalid("Node " + node.name() + " is named twice.");
      }
      nodes.add(node);
    }
    return nodes;
  }

  private static BusException invalid(String sentence) {
    return BusException.of(ErrorReason.TARGET_INVALID)
        .message(sentence)
        .violation("node_ids", sentence)
        .violation("selector", sentence)
        .build();
  }
}
