// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import dev.muster.server.audit.AuditDetails;
import dev.muster.server.audit.AuditRecord;
import dev.muster.server.catalog.Catalog;
import dev.muster.server.credential.KeyedHash;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.error.Faults;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.wire.JoinToken;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.Secret;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns a join token into a node: check, count, node, key and audit record are one commit, so that
 * a failed attempt uses nothing up. Blocks until it is durable. Thread-safe.
 */
public final class Enrollment {
  private static final int MADE_NAME_CHARS = 12;

  private final Ledger ledger;
  private final LedgerStore store;
  private final NodeKeyring keyring;
  private final NodeRegistrar registrar;
  private final KeyedHash keyedHash;
  private final Supplier<UUID> ids;
  private final SecureRandom random;

  /** Makes the use case. The ids are UUIDv7. */
  public Enrollment(
      Ledger ledger,
      LedgerStore store,
      NodeDirectory directory,
      NodeKeyring keyring,
      KeyedHash keyedHash,
      Supplier<UUID> ids,
      SecureRandom random) {
    this.ledger = ledger;
    this.store = store;
    this.keyring = keyring;
    this.registrar = new NodeRegistrar(directory, keyring);
    this.keyedHash = keyedHash;
    this.ids = ids;
    this.random = random;
  }

  /**
   * A node that has joined.
   *
   * @param node the node
   * @param key its secret key, nowhere else in the server
   */
  public record Enrolled(Node node, NodeSecretKey key) {}

  /**
   * Enrolls a node. The same wish again gives the same node with a fresh key, as long as the
   * earlier key was never used.
   *
   * @throws BusException TOKEN_INVALID, JOIN_TOKEN_REVOKED, JOIN_TOKEN_EXPIRED,
   *     JOIN_TOKEN_CONSUMED, NODE_NAME_TAKEN, LIMIT_OUT_OF_RANGE, STORE_UNAVAILABLE
   */
  public Enrolled enroll(EnrollmentWish wish) {
    JoinTokenRecord known = verified(wish.token());
    NodeId freshId = new NodeId(ids.get());
    UUID keyId = ids.get();
    Secret secret = Secret.random(random);
    try {
      return ledger.call(tx -> write(tx, wish, freshId, keyId, secret));
    } catch (BusException refusal) {
      auditRefusal(known, wish, refusal);
      throw refusal;
    }
  }

  /** Looks the token up outside the ledger: who holds none keeps nobody else waiting. */
  private JoinTokenRecord verified(JoinToken token) {
    Optional<JoinTokenRecord> known = store.read(tx -> tx.joinTokens().find(token.id()));
    return known
        .filter(record -> KeyedHash.matches(record.hash(), keyedHash.hash(token)))
        .orElseThrow(
            () ->
                BusException.of(ErrorReason.TOKEN_INVALID)
                    .message("No join token like this is known; ask an operator for a new one.")
                    .build());
  }

  private Enrolled write(
      LedgerTransaction tx, EnrollmentWish wish, NodeId freshId, UUID keyId, Secret secret) {
    JoinTokenRecord token =
        tx.store().joinTokens().find(wish.token().id()).orElseThrow(IllegalStateException::new);
    if (token.revoked()) {
      throw refusal(ErrorReason.JOIN_TOKEN_REVOKED, token, "was revoked");
    }
    Optional<JoinTokenStore.Use> earlier =
        tx.store().joinTokens().findUse(token.id(), wish.requestId());
    if (earlier.isPresent()) {
      return again(tx, token, wish, earlier.get(), keyId, secret);
    }
    if (!tx.now().isBefore(token.expireTime())) {
      throw refusal(ErrorReason.JOIN_TOKEN_EXPIRED, token, "has expired");
    }
    if (token.maxUses() > 0 && token.uses() >= token.maxUses()) {
      throw refusal(ErrorReason.JOIN_TOKEN_CONSUMED, token, "has been used as often as it may be");
    }
    Node node =
        new Node(
            freshId,
            token.projectId(),
            name(token, wish, freshId),
            labels(token, wish),
            NodeState.ACTIVE,
            Catalog.EMPTY.digest(),
            tx.now(),
            wish.machineId());
    NodeSecretKey key = new NodeSecretKey(freshId.value(), secret);
    NodeKey kept = new NodeKey(keyId, freshId, keyedHash.hash(key), tx.now(), null);
    registrar.register(tx, node, kept, wish.facts(), wish.machineFingerprint());
    tx.store().joinTokens().recordUse(token.id(), wish.requestId(), freshId, keyId);
    tx.audit(
        record(
            tx,
            token,
            node.id(),
            null,
            details(token, wish)
                .add("node_name", node.name().value())
                .add("labels", node.labels().toString())));
    return new Enrolled(node, key);
  }

  /** The answer to the first attempt may have been lost: gives the same node a fresh key. */
  private Enrolled again(
      LedgerTransaction tx,
      JoinTokenRecord token,
      EnrollmentWish wish,
      JoinTokenStore.Use earlier,
      UUID keyId,
      Secret secret) {
    NodeId id = earlier.node();
    Optional<Node> node =
        tx.store().nodes().find(id).filter(found -> found.state() != NodeState.REVOKED);
    if (node.isEmpty() || wasUsed(tx, earlier)) {
      throw refusal(
          ErrorReason.JOIN_TOKEN_CONSUMED, token, "was used by this request, whose key is in use");
    }
    NodeSecretKey key = new NodeSecretKey(id.value(), secret);
    NodeKey kept = new NodeKey(keyId, id, keyedHash.hash(key), tx.now(), null);
    tx.store().nodeKeys().delete(earlier.keyId());
    tx.store().nodeKeys().insert(kept);
    tx.store().joinTokens().replaceKey(token.id(), wish.requestId(), keyId);
    tx.audit(
        record(tx, token, id, null, details(token, wish).add("repeated", "the key was replaced")));
    tx.afterCommit(
        () -> {
          keyring.add(kept);
          keyring.remove(id, earlier.keyId());
        });
    return new Enrolled(node.get(), key);
  }

  private boolean wasUsed(LedgerTransaction tx, JoinTokenStore.Use earlier) {
    boolean untouched =
        tx.store().nodeKeys().ofNode(earlier.node()).stream()
            .anyMatch(key -> key.id().equals(earlier.keyId()) && key.firstUsedTime() == null);
    // Memory knows of a use before the store does.
    return !untouched || keyring.wasUsed(earlier.node(), earlier.keyId());
  }

  private static NodeName name(JoinTokenRecord token, EnrollmentWish wish, NodeId id) {
    if (!token.nodeName().isEmpty()) {
      return new NodeName(token.nodeName());
    }
    if (!wish.nodeName().isEmpty()) {
      return new NodeName(wish.nodeName());
    }
    String text = id.toString();
    return new NodeName("node-" + text.substring(text.length() - MADE_NAME_CHARS));
  }

  private static Labels labels(JoinTokenRecord token, EnrollmentWish wish) {
    Map<String, String> labels = new HashMap<>(token.labels());
    wish.labels()
        .forEach(
            (key, value) -> {
              List<String> choices = token.labelChoices().getOrDefault(key, List.of());
              if (!choices.contains(value)) {
                throw Faults.limit(
                    "labels",
                    choices.isEmpty()
                        ? "this join token does not let a node choose the label " + key + "."
                        : "the label " + key + " is one of " + String.join(", ", choices) + ".");
              }
              labels.put(key, value);
            });
    return Labels.of(labels);
  }

  private void auditRefusal(JoinTokenRecord token, EnrollmentWish wish, BusException refusal) {
    if (refusal.reason() == ErrorReason.STORE_UNAVAILABLE) {
      return;
    }
    var unused =
        ledger.submit(
            tx -> {
              AuditDetails details =
                  details(token, wish)
                      .add("node_name", wish.nodeName())
                      .add("message", refusal.sentence());
              tx.audit(record(tx, token, null, refusal.reason(), details));
              return true;
            });
  }

  private static AuditDetails details(JoinTokenRecord token, EnrollmentWish wish) {
    return new AuditDetails()
        .add("join_token_id", token.id().toString())
        .add("agent_version", wish.agentVersion());
  }

  private static AuditRecord record(
      LedgerTransaction tx,
      JoinTokenRecord token,
      @Nullable NodeId node,
      @Nullable ErrorReason denied,
      AuditDetails details) {
    return new AuditRecord(
        tx.now(),
        "node.enroll",
        null,
        token.projectId(),
        null,
        null,
        node,
        "",
        denied,
        details.json());
  }

  private static BusException refusal(ErrorReason reason, JoinTokenRecord token, String what) {
    return BusException.of(reason)
        .message("The join token " + token.id() + " " + what + "; ask an operator for a new one.")
        .with("join_token_id", token.id())
        .build();
  }
}
