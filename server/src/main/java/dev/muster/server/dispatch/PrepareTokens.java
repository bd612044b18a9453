// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.dispatch;

import dev.muster.server.catalog.Action;
import dev.muster.server.catalog.ActionDigest;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tokens that tie a dispatch to what a prepare showed: signed over node, action, the whole catalog
 * entry and an end. Nothing is stored. Thread-safe.
 */
public final class PrepareTokens {
  /** How long a token lives. */
  public static final Duration LIFE = Duration.ofMinutes(15);

  private static final int ID_BYTES = 16;
  private static final int DIGEST_BYTES = 32;
  private static final int BODY_BYTES = ID_BYTES + DIGEST_BYTES + Long.BYTES;
  private static final String MAC = "HmacSHA256";

  private final SecretKeySpec key;
  private final InstantSource clock;

  /** Makes tokens with a key of at least 32 bytes. */
  public PrepareTokens(byte[] key, InstantSource clock) {
    this.key = new SecretKeySpec(key, MAC);
    this.clock = clock;
  }

  /** A token and its end. */
  public record Issued(String text, Instant expireTime) {}

  /** Returns a token for what a node declares now. */
  public Issued issue(Node node, Action action) {
    Instant end = clock.instant().plus(LIFE);
    byte[] body = body(node.id(), ActionDigest.of(action).bytes(), end);
    byte[] mac = mac(body, action.name());
    byte[] token = ByteBuffer.allocate(body.length + mac.length).put(body).put(mac).array();
    return new Issued(
        Base64.getUrlEncoder().withoutPadding().encodeToString(token),
        Instant.ofEpochMilli(end.toEpochMilli()));
  }

  /**
   * Requires that a token is of this server, for this action, not over, and that its node is in the
   * cohort and declares the same now.
   *
   * @throws BusException PREPARE_STALE
   */
  void requireFresh(String text, String action, Map<Node, Action> declarations) {
    byte[] token;
    try {
      token = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw stale("it is damaged");
    }
    if (token.length != BODY_BYTES + DIGEST_BYTES) {
      throw stale("it is damaged");
    }
    byte[] body = java.util.Arrays.copyOf(token, BODY_BYTES);
    byte[] mac = java.util.Arrays.copyOfRange(token, BODY_BYTES, token.length);
    if (!MessageDigest.isEqual(mac, mac(body, action))) {
      throw stale("it is for another action, or not of this server");
    }
    ByteBuffer fields = ByteBuffer.wrap(body);
    NodeId node = new NodeId(new UUID(fields.getLong(), fields.getLong()));
    byte[] digest = new byte[DIGEST_BYTES];
    fields.get(digest);
    if (clock.instant().toEpochMilli() >= fields.getLong()) {
      throw stale("it is older than " + LIFE.toMinutes() + " minutes");
    }
    Action declared =
        declarations.entrySet().stream()
            .filter(declaration -> declaration.getKey().id().equals(node))
            .findFirst()
            .orElseThrow(() -> stale("its node is not in the cohort"))
            .getValue();
    if (!MessageDigest.isEqual(digest, ActionDigest.of(declared).bytes())) {
      throw stale("the node declares the action differently now");
    }
  }

  private static BusException stale(String why) {
    return BusException.of(ErrorReason.PREPARE_STALE)
        .message("The prepare token is not valid: " + why + ". Prepare again.")
        .with("why", why)
        .build();
  }

  private static byte[] body(NodeId node, byte[] digest, Instant end) {
    return ByteBuffer.allocate(BODY_BYTES)
        .putLong(node.value().getMostSignificantBits())
        .putLong(node.value().getLeastSignificantBits())
        .put(digest)
        .putLong(end.toEpochMilli())
        .array();
  }

  private byte[] mac(byte[] body, String action) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(key);
      mac.update(body);
      return mac.doFinal(action.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + MAC, e);
    }
  }
}
