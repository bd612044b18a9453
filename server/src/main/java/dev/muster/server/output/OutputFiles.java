// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.output;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The folder of the output store: a file for each stored output, named by its id in one of 256
 * folders, and those that are coming in, in a folder of their own. Folders are made when they are
 * needed, so that one that was lost comes back. Methods throw {@link IOException} where the disk
 * fails. Thread-safe.
 */
public final class OutputFiles {
  private static final String INCOMING = "incoming";
  private static final int ID_CHARS = 36;

  private final Path root;

  /** Works below this folder. */
  public OutputFiles(Path root) {
    this.root = root;
  }

  /** Begins a file that is not valid yet. */
  FileChannel create(UUID file) throws IOException {
    return FileChannel.open(
        folder(INCOMING).resolve(file.toString()),
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  /** Makes a file durable that is written whole, and gives it its name. */
  void publish(UUID file, FileChannel written) throws IOException {
    written.force(true);
    Path folder = folder(shelf(file));
    Files.move(
        root.resolve(INCOMING).resolve(file.toString()),
        folder.resolve(file.toString()),
        StandardCopyOption.ATOMIC_MOVE);
    sync(folder);
  }

  /** Takes a file away, wherever it is; harmless if it is gone. */
  void delete(UUID file) throws IOException {
    Files.deleteIfExists(root.resolve(INCOMING).resolve(file.toString()));
    Files.deleteIfExists(path(file));
  }

  /**
   * Returns bytes of a file from a place on, fewer at its end.
   *
   * @throws java.nio.file.NoSuchFileException if it is gone
   */
  public byte[] read(UUID file, long from, int most) throws IOException {
    try (FileChannel channel = FileChannel.open(path(file), StandardOpenOption.READ)) {
      ByteBuffer bytes =
          ByteBuffer.allocate((int) Math.max(0, Math.min(most, channel.size() - from)));
      while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {
        // Reads on.
      }
      byte[] read = new byte[bytes.position()];
      bytes.flip().get(read);
      return read;
    }
  }

  /** Takes away what came in and was never finished, and what nobody knows; returns how many. */
  int deleteAllBut(Set<UUID> known) throws IOException {
    int deleted = 0;
    if (!Files.isDirectory(root)) {
      return 0;
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, Files::isDirectory)) {
      for (Path folder : folders) {
        boolean incoming = folder.endsWith(INCOMING);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
          for (Path file : files) {
            Optional<UUID> id = id(file);
            if (id.isPresent() && (incoming || !known.contains(id.get()))) {
              Files.deleteIfExists(file);
              deleted++;
            }
          }
        }
      }
    }
    return deleted;
  }

  private static Optional<UUID> id(Path file) {
    String name = String.valueOf(file.getFileName());
    try {
      return name.length() == ID_CHARS ? Optional.of(UUID.fromString(name)) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // Not ours.
    }
  }

  private Path path(UUID file) {
    return root.resolve(shelf(file)).resolve(file.toString());
  }

  /** By the last byte, which is random. */
  private static String shelf(UUID file) {
    String name = file.toString();
    return name.substring(name.length() - 2);
  }

  private Path folder(String name) throws IOException {
    Path folder = root.resolve(name);
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      sync(root);
    }
    return folder;
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
