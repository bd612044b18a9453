// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

/** Ends what a node has open. Thread-safe; does not block. */
@FunctionalInterface
public interface SessionCloser {
  /** Ends the live session of a node whose revocation is durable, if it has one. */
  void closeRevoked(NodeId node);
}
