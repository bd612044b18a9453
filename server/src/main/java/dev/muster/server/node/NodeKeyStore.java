// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Keyed hashes of node secret keys in the store, inside one transaction. The keys themselves are
 * nowhere. Not thread-safe.
 */
public interface NodeKeyStore {
  /** Adds a key. */
  void insert(NodeKey key);

  /** Records the first use of a key. */
  void recordFirstUse(UUID keyId, Instant time);

  /** Removes a key: it is worth nothing from then on. */
  void delete(UUID keyId);

  /** Returns the keys of a node. */
  List<NodeKey> ofNode(NodeId node);

  /** Hands every key to the consumer, in no order. */
  void forEach(Consumer<NodeKey> consumer);
}
