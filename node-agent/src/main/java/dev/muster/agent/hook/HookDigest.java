// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.hook;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 of hooks' bytes. A file whose size, identity and times are as before is not read again.
 * Not thread-safe.
 */
final class HookDigest {
  private final Map<Path, Known> known = new HashMap<>();

  private record Known(Looks looks, ByteString digest) {}

  private record Looks(long size, FileTime modified, FileTime changed, @Nullable Object key) {}

  /** Returns the digest of a file, 32 bytes. */
  ByteString of(Path file) throws IOException {
    Looks looks = looks(file);
    Known before = known.get(file);
    if (before != null && before.looks().equals(looks)) {
      return before.digest();
    }
    ByteString digest = read(file);
    // Taken before reading: a change in between shows at the next look.
    known.put(file, new Known(looks, digest));
    return digest;
  }

  private static Looks looks(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    FileTime changed = (FileTime) Files.getAttribute(file, "unix:ctime");
    return new Looks(
        attributes.size(), attributes.lastModifiedTime(), changed, attributes.fileKey());
  }

  private static ByteString read(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    byte[] buffer = new byte[64 << 10];
    try (InputStream in = Files.newInputStream(file)) {
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        digest.update(buffer, 0, length);
      }
    }
    return ByteString.copyFrom(digest.digest());
  }
}
