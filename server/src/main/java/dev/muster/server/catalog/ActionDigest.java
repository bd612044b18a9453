// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import dev.muster.wire.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Digest of one whole catalog entry: two are equal only if every field is. */
public final class ActionDigest {
  private ActionDigest() {}

  /** Returns the digest of an action. */
  public static Sha256 of(Action action) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      text(out, action.name());
      text(out, action.kind().name());
      text(out, action.danger().name());
      text(out, action.summary());
      text(out, action.version());
      text(out, action.inputSchemaJson());
      out.writeLong(action.runTimeout().toMillis());
      out.writeBoolean(action.requiresConfirmation());
      out.writeBoolean(action.idempotent());
      out.writeBoolean(action.enabled());
      text(out, action.exclusiveGroup());
      out.writeBoolean(action.allowWhenDisabled());
      text(out, action.hookDigest().map(Sha256::toString).orElse(""));
      text(out, action.minRole().name());
      text(out, action.condition());
      out.writeLong(action.outputLimitBytes());
      out.writeBoolean(action.prepares());
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Memory does not fail.
    }
    return Sha256.hash(bytes.toByteArray());
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }
}
