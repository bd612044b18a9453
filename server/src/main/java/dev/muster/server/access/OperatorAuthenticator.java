// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.muster.server.access.OperatorStore.TokenOwner;
import dev.muster.server.credential.KeyedHash;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.wire.OperatorToken;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;

/**
 * Tells whose an operator token is. What the store said of a token is remembered for {@link
 * #REMEMBERED}, bounded; the secret is compared each time. May block on the store. Thread-safe.
 */
public final class OperatorAuthenticator {
  /** How long a change of an operator or token may go unnoticed. */
  public static final Duration REMEMBERED = Duration.ofSeconds(10);

  private static final int MAX_REMEMBERED = 10_000;

  private final LedgerStore store;
  private final KeyedHash keyedHash;
  private final InstantSource clock;
  private final Cache<UUID, TokenOwner> known =
      Caffeine.newBuilder().maximumSize(MAX_REMEMBERED).expireAfterWrite(REMEMBERED).build();

  /** Makes an authenticator over a store. */
  public OperatorAuthenticator(LedgerStore store, KeyedHash keyedHash, InstantSource clock) {
    this.store = store;
    this.keyedHash = keyedHash;
    this.clock = clock;
  }

  /**
   * Returns whose the token is.
   *
   * @throws BusException TOKEN_INVALID or TOKEN_EXPIRED
   * @throws dev.muster.server.ledger.StoreException where the store cannot be read
   */
  public TokenOwner authenticate(OperatorToken token) {
    TokenOwner owner =
        find(token.id())
            .filter(found -> KeyedHash.matches(found.token().hash(), keyedHash.hash(token)))
            .orElseThrow(
                () ->
                    BusException.of(ErrorReason.TOKEN_INVALID)
                        .message("No operator token like this is known.")
                        .build());
    Instant expireTime = owner.token().expireTime();
    if (expireTime != null && !clock.instant().isBefore(expireTime)) {
      throw BusException.of(ErrorReason.TOKEN_EXPIRED)
          .message("The operator token expired at " + expireTime + "; ask an admin for a new one.")
          .with("expire_time", expireTime)
          .build();
    }
    return owner;
  }

  private Optional<TokenOwner> find(UUID tokenId) {
    TokenOwner remembered = known.getIfPresent(tokenId);
    if (remembered != null) {
      return Optional.of(remembered);
    }
    Optional<TokenOwner> found = store.read(tx -> tx.operators().findToken(tokenId));
    found.ifPresent(owner -> known.put(tokenId, owner));
    return found;
  }
}
