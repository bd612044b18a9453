// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.page;

import dev.muster.wire.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Issues and opens page tokens: the position behind which a list goes on, signed, and bound to who
 * lists and by which filter. A token says nothing that its caller has not seen, so it is not
 * encrypted. Thread-safe.
 *
 * <p>The bytes, in base64url: version 1; the first 16 bytes of the binding, SHA-256 over caller and
 * filter; the position; the first 16 bytes of HMAC-SHA-256 over all before. The binding is inside,
 * so that a foreign token is told from a damaged one.
 */
public final class PageTokens {
  /** Largest position, in bytes. */
  public static final int MAX_KEYSET_BYTES = 1_024;

  private static final String ALGORITHM = "HmacSHA256";
  private static final byte VERSION = 1;
  private static final int BINDING_BYTES = 16;
  private static final int MAC_BYTES = 16;
  private static final int HEADER_BYTES = 1 + BINDING_BYTES;

  private final SecretKeySpec key;

  /** Signs with this key, which serves nothing else. */
  public PageTokens(byte[] key) {
    this.key = new SecretKeySpec(key, ALGORITHM);
  }

  /**
   * Returns a token for the page behind this position.
   *
   * @param callerId who lists
   * @param filterDigest digest of all that chooses and orders the list
   * @param keyset the position, in a form of the caller's own
   */
  public String issue(String callerId, Sha256 filterDigest, byte[] keyset) {
    if (keyset.length > MAX_KEYSET_BYTES) {
      throw new IllegalArgumentException("a position of " + keyset.length + " bytes");
    }
    ByteBuffer token = ByteBuffer.allocate(HEADER_BYTES + keyset.length + MAC_BYTES);
    token.put(VERSION).put(binding(callerId, filterDigest)).put(keyset);
    token.put(mac(token.array(), token.position()));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(token.array());
  }

  /** Opens a token for this caller and this filter. Any text may be given. */
  public OpenedPageToken open(String callerId, Sha256 filterDigest, String text) {
    byte[] token = decode(text);
    int end = token.length - MAC_BYTES;
    if (end < HEADER_BYTES || end - HEADER_BYTES > MAX_KEYSET_BYTES) {
      return new OpenedPageToken.Invalid();
    }
    byte[] mac = Arrays.copyOfRange(token, end, token.length);
    if (!MessageDigest.isEqual(mac, mac(token, end)) || token[0] != VERSION) {
      return new OpenedPageToken.Invalid();
    }
    byte[] binding = Arrays.copyOfRange(token, 1, HEADER_BYTES);
    return MessageDigest.isEqual(binding, binding(callerId, filterDigest))
        ? new OpenedPageToken.Ok(Arrays.copyOfRange(token, HEADER_BYTES, end))
        : new OpenedPageToken.Foreign();
  }

  private static byte[] binding(String callerId, Sha256 filterDigest) {
    byte[] filter = filterDigest.bytes(); // Fixed length first: no two pairs give the same bytes.
    byte[] caller = callerId.getBytes(StandardCharsets.UTF_8);
    return Arrays.copyOf(Sha256.hash(filter, caller).bytes(), BINDING_BYTES);
  }

  /** Returns no bytes for what is not canonical base64url. */
  private static byte[] decode(String text) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(text);
      boolean canonical =
          Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(text);
      return canonical ? bytes : new byte[0];
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  private byte[] mac(byte[] bytes, int length) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(bytes, 0, length);
      return Arrays.copyOf(mac.doFinal(), MAC_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}
