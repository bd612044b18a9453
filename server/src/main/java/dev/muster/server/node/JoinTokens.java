// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import dev.muster.server.audit.AuditDetails;
import dev.muster.server.audit.AuditRecord;
import dev.muster.server.credential.KeyedHash;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.error.Faults;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.page.Page;
import dev.muster.server.request.RequestKey;
import dev.muster.server.request.Requests;
import dev.muster.wire.JoinToken;
import dev.muster.wire.Secret;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** What operators do with join tokens. Blocks until a change is durable. Thread-safe. */
public final class JoinTokens {
  /** Lifetime of a token where the operator does not say. */
  public static final Duration DEFAULT_TTL = Duration.ofHours(1);

  private static final Duration MIN_TTL = Duration.ofMinutes(1);
  private static final Duration MAX_TTL = Duration.ofDays(365);
  private static final int MAX_USES = 100_000;
  private static final int MAX_CHOICES = 256;
  private static final int DESCRIPTION_CHARS = 256;

  private final Ledger ledger;
  private final LedgerStore store;
  private final KeyedHash keyedHash;
  private final Optional<byte[]> caPublicKeySha256;
  private final Supplier<UUID> ids;
  private final SecureRandom random;

  /**
   * Makes the use cases; the digest is that of the authority that agents are to trust, empty for a
   * plaintext server.
   */
  public JoinTokens(
      Ledger ledger,
      LedgerStore store,
      KeyedHash keyedHash,
      Optional<byte[]> caPublicKeySha256,
      Supplier<UUID> ids,
      SecureRandom random) {
    this.ledger = ledger;
    this.store = store;
    this.keyedHash = keyedHash;
    this.caPublicKeySha256 = caPublicKeySha256.map(byte[]::clone);
    this.ids = ids;
    this.random = random;
  }

  /**
   * What a new token is to allow.
   *
   * @param projectId where nodes enroll
   * @param description what it is for
   * @param maxUses how many nodes may enroll
   * @param ttl how long it lives
   * @param labels that every node gets
   * @param labelChoices keys that a node picks once, and what from
   * @param nodeName that the node gets; empty: its wish
   */
  public record NewJoinToken(
      String projectId,
      String description,
      int maxUses,
      Duration ttl,
      Map<String, String> labels,
      Map<String, List<String>> labelChoices,
      String nodeName) {
    /** Copies the maps. */
    public NewJoinToken {
      labels = Map.copyOf(labels);
      labelChoices = Map.copyOf(labelChoices);
    }
  }

  /**
   * A token that was made.
   *
   * @param record what is kept of it
   * @param token with its secret; empty where the request was a repeat
   */
  public record CreatedJoinToken(JoinTokenRecord record, Optional<JoinToken> token) {}

  /**
   * Makes a token.
   *
   * @throws BusException FIELD_INVALID, LIMIT_OUT_OF_RANGE, REQUEST_ID_REUSED, STORE_UNAVAILABLE
   */
  public CreatedJoinToken create(RequestedBy by, RequestKey request, NewJoinToken wanted) {
    check(wanted);
    JoinToken token = new JoinToken(ids.get(), Secret.random(random), caPublicKeySha256);
    return ledger.call(
        tx -> {
          Optional<String> made = Requests.replayed(tx.store().requests(), request);
          if (made.isPresent()) {
            return new CreatedJoinToken(
                existing(tx, UUID.fromString(made.get())), Optional.empty());
          }
          JoinTokenRecord record =
              new JoinTokenRecord(
                  token.id(),
                  wanted.projectId(),
                  keyedHash.hash(token),
                  wanted.description(),
                  wanted.maxUses(),
                  0,
                  tx.now().plus(wanted.ttl()),
                  wanted.labels(),
                  wanted.labelChoices(),
                  wanted.nodeName(),
                  false,
                  Duration.ZERO,
                  false,
                  tx.now(),
                  by.operatorName());
          tx.store().joinTokens().insert(record);
          record(tx, request, token.id());
          audit(
              tx,
              "join_token.create",
              by,
              record,
              new AuditDetails()
                  .add("max_uses", wanted.maxUses())
                  .add("ttl_seconds", wanted.ttl().toSeconds())
                  .add("description", wanted.description()));
          return new CreatedJoinToken(record, Optional.of(token));
        });
  }

  /** Returns tokens of a project, newest first, behind one if given. */
  public Page<JoinTokenRecord> list(String projectId, Optional<UUID> before, int size) {
    return Page.cut(store.read(tx -> tx.joinTokens().list(projectId, before, size + 1)), size);
  }

  /**
   * Revokes a token; nodes that enrolled with it stay. Revoking again is fine.
   *
   * @throws BusException JOIN_TOKEN_NOT_FOUND, REQUEST_ID_REUSED, STORE_UNAVAILABLE
   */
  public JoinTokenRecord revoke(RequestedBy by, RequestKey request, UUID id) {
    return ledger.call(
        tx -> {
          JoinTokenRecord before = existing(tx, id);
          boolean repeat = Requests.replayed(tx.store().requests(), request).isPresent();
          if (repeat || before.revoked()) {
            return before;
          }
          tx.store().joinTokens().revoke(id);
          record(tx, request, id);
          JoinTokenRecord after = existing(tx, id);
          audit(tx, "join_token.revoke", by, after, new AuditDetails());
          return after;
        });
  }

  private static void check(NewJoinToken wanted) {
    if (wanted.description().length() > DESCRIPTION_CHARS) {
      throw Faults.limit("description", "at most " + DESCRIPTION_CHARS + " characters.");
    }
    if (wanted.maxUses() < 1 || wanted.maxUses() > MAX_USES) {
      throw Faults.limit("max_uses", "1 to 100,000; 0 counts as 1.");
    }
    if (wanted.ttl().compareTo(MIN_TTL) < 0 || wanted.ttl().compareTo(MAX_TTL) > 0) {
      throw Faults.limit("ttl", "1 minute to 365 days.");
    }
    if (!wanted.nodeName().isEmpty()) {
      if (wanted.maxUses() != 1) {
        throw Faults.field("node_name", "only with max_uses 1.");
      }
      if (NodeName.tryParse(wanted.nodeName()).isEmpty()) {
        throw Faults.field(
            "node_name", "a DNS label of 1 to 63 characters (a-z, 0-9, '-') and not a UUID.");
      }
    }
    checkLabels(wanted);
  }

  private static void checkLabels(NewJoinToken wanted) {
    try {
      var unused = Labels.of(wanted.labels());
    } catch (IllegalArgumentException e) {
      throw Faults.field("labels", e.getMessage() + ".");
    }
    if (wanted.labels().size() + wanted.labelChoices().size() > Labels.MAX_LABELS) {
      throw Faults.limit(
          "label_choices", "labels and choices together: at most " + Labels.MAX_LABELS + ".");
    }
    wanted
        .labelChoices()
        .forEach(
            (key, values) -> {
              if (wanted.labels().containsKey(key)) {
                throw Faults.field(
                    "label_choices", "the label " + key + " is also fixed by labels.");
              }
              if (values.isEmpty() || values.size() > MAX_CHOICES) {
                throw Faults.limit(
                    "label_choices", "the label " + key + " has 1 to 256 values to pick from.");
              }
              for (String value : values) {
                try {
                  var unused = Labels.of(Map.of(key, value));
                } catch (IllegalArgumentException e) {
                  throw Faults.field("label_choices", e.getMessage() + ".");
                }
              }
            });
  }

  private static JoinTokenRecord existing(LedgerTransaction tx, UUID id) {
    return tx.store()
        .joinTokens()
        .find(id)
        .orElseThrow(
            () ->
                BusException.of(ErrorReason.JOIN_TOKEN_NOT_FOUND)
                    .message("There is no join token " + id + ".")
                    .with("join_token_id", id)
                    .build());
  }

  private static void record(LedgerTransaction tx, RequestKey request, UUID id) {
    if (request.isPresent()) {
      tx.store().requests().insert(request, id.toString(), tx.now());
    }
  }

  private static void audit(
      LedgerTransaction tx,
      String verb,
      RequestedBy by,
      JoinTokenRecord token,
      AuditDetails details) {
    tx.audit(
        new AuditRecord(
            tx.now(),
            verb,
            by,
            token.projectId(),
            null,
            null,
            null,
            "",
            null,
            details.add("join_token_id", token.id().toString()).json()));
  }
}
