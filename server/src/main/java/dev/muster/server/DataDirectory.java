// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import java.util.function.Supplier;

/** The folder of everything durable: only its owner can look inside. */
final class DataDirectory {
  private static final String REPLICA_FILE = "replica-id";

  private final Path path;

  private DataDirectory(Path path) {
    this.path = path;
  }

  /** Opens the folder, making it if there is none. */
  static DataDirectory open(Path path) throws IOException {
    Files.createDirectories(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return new DataDirectory(path.toAbsolutePath());
  }

  Path path() {
    return path;
  }

  /** Returns the name of this replica: made once, kept for good. */
  String replicaId(Supplier<UUID> ids) throws IOException {
    Path file = path.resolve(REPLICA_FILE);
    if (!Files.exists(file)) {
      Path written = Files.createTempFile(path, REPLICA_FILE, ".new");
      Files.writeString(written, "r-" + ids.get(), StandardCharsets.UTF_8);
      Files.move(written, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }
    return Files.readString(file, StandardCharsets.UTF_8).strip();
  }
}
