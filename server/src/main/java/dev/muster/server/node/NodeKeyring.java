// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import dev.muster.server.credential.KeyedHash;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.Sha256;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keyed hashes of all node secret keys, in memory: a key is verified in about a microsecond and
 * without the store, so that transport threads may do it. Thread-safe.
 */
public final class NodeKeyring {
  private static final Logger log = LoggerFactory.getLogger(NodeKeyring.class);

  private final KeyedHash keyedHash;
  private final NodeDirectory directory;
  private final Map<NodeId, List<Held>> byNode = new ConcurrentHashMap<>();

  private NodeKeyring(KeyedHash keyedHash, NodeDirectory directory) {
    this.keyedHash = keyedHash;
    this.directory = directory;
  }

  /**
   * Returns the keys of a store.
   *
   * @throws dev.muster.server.ledger.StoreException where it cannot be read
   */
  public static NodeKeyring load(LedgerStore store, KeyedHash keyedHash, NodeDirectory directory) {
    NodeKeyring keyring = new NodeKeyring(keyedHash, directory);
    store.read(
        tx -> {
          tx.nodeKeys().forEach(keyring::add);
          return keyring;
        });
    return keyring;
  }

  /** Tells whose key this is. */
  public NodeAuthentication authenticate(NodeSecretKey key) {
    NodeId id = new NodeId(key.nodeId());
    // Hashed before the look-up: an unknown node takes as long as a wrong key.
    Sha256 presented = keyedHash.hash(key);
    for (Held held : byNode.getOrDefault(id, List.of())) {
      if (KeyedHash.matches(held.hash, presented)) {
        return directory
            .find(id)
            .<NodeAuthentication>map(node -> ofKnown(node, held))
            .orElseGet(NodeAuthentication.Invalid::new);
      }
    }
    return new NodeAuthentication.Invalid();
  }

  private static NodeAuthentication ofKnown(Node node, Held held) {
    if (node.state() == NodeState.REVOKED) {
      return new NodeAuthentication.Revoked(node.id());
    }
    boolean firstUse = !held.used;
    held.used = true;
    return new NodeAuthentication.Verified(node, held.keyId, firstUse);
  }

  /**
   * Records that a key was used for the first time; returns at once. From then on an enrollment
   * cannot be repeated.
   */
  public void recordFirstUse(Ledger ledger, NodeAuthentication.Verified verified) {
    var unused =
        ledger
            .submit(
                tx -> {
                  tx.store().nodeKeys().recordFirstUse(verified.keyId(), tx.now());
                  return true;
                })
            .exceptionally(
                failure -> {
                  log.warn(
                      "node {}: the first use of its key was not recorded; its next use will be",
                      verified.node().id(),
                      failure);
                  held(verified.node().id(), verified.keyId()).forEach(held -> held.used = false);
                  return false;
                });
  }

  /**
   * Tells whether a key was ever used, as far as memory knows: sooner than the store, and no less.
   */
  boolean wasUsed(NodeId node, UUID keyId) {
    return held(node, keyId).stream().anyMatch(held -> held.used);
  }

  /** Takes a key in. Called after the commit that made it. */
  void add(NodeKey key) {
    Held held = new Held(key.id(), key.hash(), key.firstUsedTime() != null);
    byNode.compute(
        key.nodeId(),
        (node, known) -> {
          List<Held> keys = known == null ? new ArrayList<>(1) : new ArrayList<>(known);
          keys.add(held);
          return List.copyOf(keys);
        });
  }

  /** Forgets a key. Called after the commit that removed it. */
  void remove(NodeId node, UUID keyId) {
    byNode.computeIfPresent(
        node, (id, known) -> known.stream().filter(held -> !held.keyId.equals(keyId)).toList());
  }

  private List<Held> held(NodeId node, UUID keyId) {
    return byNode.getOrDefault(node, List.of()).stream()
        .filter(held -> held.keyId.equals(keyId))
        .toList();
  }

  private static final class Held {
    final UUID keyId;
    final Sha256 hash;
    volatile boolean used; // written by whoever authenticates

    Held(UUID keyId, Sha256 hash, boolean used) {
      this.keyId = keyId;
      this.hash = hash;
      this.used = used;
    }
  }
}
