// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Join tokens and what enrolled with them in the store, inside one transaction. Not thread-safe.
 */
public interface JoinTokenStore {
  /** Adds a token. */
  void insert(JoinTokenRecord token);

  /** Returns one. */
  Optional<JoinTokenRecord> find(UUID id);

  /** Returns tokens of a project newest first, with ids below {@code before} if given. */
  List<JoinTokenRecord> list(String projectId, Optional<UUID> before, int limit);

  /** Marks one as revoked. */
  void revoke(UUID id);

  /** Counts one use and remembers for which request, node and key. */
  void recordUse(UUID tokenId, String requestId, NodeId node, UUID keyId);

  /** Replaces the key of a remembered use. */
  void replaceKey(UUID tokenId, String requestId, UUID keyId);

  /** Returns the use of a token by a request. */
  Optional<Use> findUse(UUID tokenId, String requestId);

  /** A use of a token. */
  record Use(NodeId node, UUID keyId) {}
}
