// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import java.util.Set;
import java.util.function.Predicate;

/**
 * What a list of nodes is narrowed to.
 *
 * @param selector over labels
 * @param states only these; empty: all but REVOKED
 * @param liveness with or without a session
 */
public record NodeFilter(LabelSelector selector, Set<NodeState> states, Liveness liveness) {
  /** Copies the states. */
  public NodeFilter {
    states = Set.copyOf(states);
  }

  /** Whether a node has a live session. */
  public enum Liveness {
    /** No matter. */
    ANY,
    /** It has. */
    ONLINE,
    /** It has none. */
    OFFLINE
  }

  /** Returns the test of single nodes. */
  Predicate<Node> over(Presence presence) {
    return node -> admits(node) && selector.matches(node.labels()) && admits(presence, node);
  }

  private boolean admits(Node node) {
    return states.isEmpty() ? node.state() != NodeState.REVOKED : states.contains(node.state());
  }

  private boolean admits(Presence presence, Node node) {
    return switch (liveness) {
      case ANY -> true;
      case ONLINE -> presence.isOnline(node.id());
      case OFFLINE -> !presence.isOnline(node.id());
    };
  }
}
