// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.access;

import dev.muster.wire.Sha256;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Operators and the keyed hashes of their tokens in the store, inside one transaction. Not
 * thread-safe.
 */
public interface OperatorStore {
  /** Adds an operator. */
  void insert(Operator operator, Instant now);

  /** Adds a token of an operator. */
  void insertToken(TokenRecord token);

  /** Returns whether there is any operator. */
  boolean isEmpty();

  /** Returns a token and whose it is. */
  Optional<TokenOwner> findToken(UUID tokenId);

  /**
   * What the server keeps of an operator's token.
   *
   * @param id names it
   * @param operatorId whose it is
   * @param name for people
   * @param hash keyed hash of the secret
   * @param expireTime when it ends; null: never
   */
  record TokenRecord(
      UUID id, String operatorId, String name, Sha256 hash, @Nullable Instant expireTime) {}

  /** A token and whose it is. */
  record TokenOwner(TokenRecord token, Operator operator) {}
}
