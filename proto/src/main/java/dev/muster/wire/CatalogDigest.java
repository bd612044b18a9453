// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import com.google.protobuf.ByteString;
import dev.muster.proto.type.v1.Action;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * The digest of a catalog: SHA-256 over bytes that depend on nothing but the actions, not on their
 * order nor on how a protobuf library writes them.
 *
 * <p>The bytes: the text {@code muster.catalog.v1} and a zero byte; the number of actions as 4
 * bytes; then the actions, sorted by the unsigned bytes of their names and, should two be alike, of
 * their encodings. An action is all its fields in the order of their numbers: text and bytes as a
 * length of 4 bytes and the (UTF-8) bytes; an enum as its number in 4 bytes; a bool as one byte, 0
 * or 1; an int64 as 8 bytes; a Duration as one byte, 0 if unset, else 1, 8 bytes of seconds and 4
 * bytes of nanoseconds. Numbers are big-endian. A field that is unset counts as its default, except
 * a Duration.
 */
public final class CatalogDigest {
  private static final byte[] HEADER = "muster.catalog.v1\0".getBytes(StandardCharsets.US_ASCII);

  private CatalogDigest() {}

  /** Returns the digest, 32 bytes. */
  public static byte[] of(Collection<Action> actions) {
    List<byte[]> encodings =
        actions.stream()
            .sorted(
                Comparator.comparing(
                        (Action action) -> action.getName().getBytes(StandardCharsets.UTF_8),
                        Arrays::compareUnsigned)
                    .thenComparing(CatalogDigest::encode, Arrays::compareUnsigned))
            .map(CatalogDigest::encode)
            .toList();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.write(HEADER);
      out.writeInt(encodings.size());
      for (byte[] encoding : encodings) {
        out.write(encoding);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sha256(bytes.toByteArray());
  }

  private static byte[] encode(Action action) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      text(out, action.getName());
      out.writeInt(action.getKindValue());
      out.writeInt(action.getDangerValue());
      text(out, action.getSummary());
      text(out, action.getVersion());
      bytes(out, action.getInputSchemaJson());
      out.writeBoolean(action.hasRunTimeout());
      if (action.hasRunTimeout()) {
        out.writeLong(action.getRunTimeout().getSeconds());
        out.writeInt(action.getRunTimeout().getNanos());
      }
      out.writeBoolean(action.getRequiresConfirmation());
      out.writeBoolean(action.getIdempotent());
      out.writeBoolean(action.getEnabled());
      text(out, action.getExclusiveGroup());
      out.writeBoolean(action.getAllowWhenDisabled());
      bytes(out, action.getHookDigest());
      text(out, action.getMinRole());
      text(out, action.getCondition());
      out.writeLong(action.getOutputLimitBytes());
      out.writeBoolean(action.getPrepares());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private static void bytes(DataOutputStream out, ByteString bytes) throws IOException {
    out.writeInt(bytes.size());
    bytes.writeTo(out);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
