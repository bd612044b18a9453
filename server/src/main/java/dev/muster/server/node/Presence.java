// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import java.time.Instant;
import java.util.Collection;
import java.util.Optional;

/** Knows which nodes have a live session. Thread-safe; answers from memory. */
@FunctionalInterface
public interface Presence {
  /** Tells whether a node has a live session. */
  boolean isOnline(NodeId node);

  /**
   * Returns when a connected node was last heard of; empty where it is not connected, or that is
   * not known.
   */
  default Optional<Instant> lastHeard(NodeId node) {
    return Optional.empty();
  }

  /** Returns how many of these nodes have a live session. */
  default int countOnline(Collection<Node> nodes) {
    int online = 0;
    for (Node node : nodes) {
      if (isOnline(node.id())) {
        online++;
      }
    }
    return online;
  }
}
