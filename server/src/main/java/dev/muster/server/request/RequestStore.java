// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.request;

import dev.muster.wire.Sha256;
import java.time.Instant;
import java.util.Optional;

/** Recognised requests in the store, inside one transaction. Not thread-safe. */
public interface RequestStore {
  /** Returns what a request of the same caller, project, method and id was. */
  Optional<Recorded> find(RequestKey key);

  /** Records a request with what it made. */
  void insert(RequestKey key, String made, Instant now);

  /** Forgets requests made before; returns how many. */
  int prune(Instant before, int limit);

  /**
   * A request that was carried out.
   *
   * @param body digest of the request
   * @param made id of what it made
   */
  record Recorded(Sha256 body, String made) {}
}
