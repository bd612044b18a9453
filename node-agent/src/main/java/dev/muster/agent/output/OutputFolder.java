// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.output;

import dev.muster.agent.durable.DiskFiles;
import dev.muster.agent.journal.InvocationId;
import dev.muster.proto.type.v1.Output;
import dev.muster.wire.Limits;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder beside the journal's entries: a file for each stream that has outgrown its report. At
 * most so many bytes in all; beyond, and while the disk takes nothing, reports hold head and tail
 * and that is all. Thread-safe.
 */
public final class OutputFolder {
  /** Most bytes in all files together. */
  public static final long DEFAULT_LIMIT = 2L << 30;

  private static final Logger log = LoggerFactory.getLogger(OutputFolder.class);
  private static final String STDOUT = ".stdout";
  private static final String STDERR = ".stderr";

  private final Path folder;
  private final long limit;
  private final AtomicLong used = new AtomicLong();

  private OutputFolder(Path folder, long limit) {
    this.folder = folder;
    this.limit = limit;
  }

  /**
   * Opens a folder, making it if there is none.
   *
   * @throws IOException if it cannot be made or read
   */
  public static OutputFolder open(Path folder, long limit) throws IOException {
    DiskFiles files = new DiskFiles(folder);
    files.createDirectory("");
    OutputFolder opened = new OutputFolder(folder, limit);
    for (String name : files.list("")) {
      opened.used.addAndGet(keptBytes(folder.resolve(name)));
    }
    return opened;
  }

  /** Begins the file of a stream; empty if the disk does not take it. */
  public Optional<SpillFile> create(InvocationId id, boolean stderr, long cap) {
    Path path = path(id, stderr);
    delete(path, keptBytes(path)); // Of an earlier attempt.
    try {
      return Optional.of(new SpillFile(this, path, cap));
    } catch (IOException e) {
      log.atWarn().addKeyValue("invocation", id).log("Output is cut: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Returns the finished file of a stream, if there is one and it fits what the report tells.
   *
   * @param told what the report holds of the stream
   */
  public Optional<KeptOutput> find(InvocationId id, boolean stderr, Output told) {
    Path path = path(id, stderr);
    if (told.getTotalBytes() <= Limits.INLINE_OUTPUT_BYTES || !Files.isRegularFile(path)) {
      return Optional.empty();
    }
    try (DataInputStream in = new DataInputStream(Files.newInputStream(path))) {
      boolean known = in.readInt() == SpillFile.MAGIC && in.readInt() == SpillFile.VERSION;
      KeptLayout layout = new KeptLayout(known ? in.readLong() : 0, told.getTotalBytes());
      if (layout.cap() > 0
          && layout.cap() <= Limits.MAX_OUTPUT_BYTES
          && Files.size(path) == layout.fileBytes()) {
        return Optional.of(new KeptOutput(path, layout, told.getSha256()));
      }
      log.warn("{} is not what its report tells of; the report stands alone.", path);
    } catch (IOException e) {
      log.warn("{} cannot be read; its report stands alone: {}", path, e.getMessage());
    }
    return Optional.empty();
  }

  /** Takes both files of an invocation away, if there are any. */
  public void delete(InvocationId id) {
    for (Path path : List.of(path(id, false), path(id, true))) {
      delete(path, keptBytes(path));
    }
  }

  /** Takes away what belongs to none of these. */
  public void deleteAllBut(Set<InvocationId> kept) throws IOException {
    for (String name : new DiskFiles(folder).list("")) {
      int dot = name.indexOf('.');
      Optional<InvocationId> id = InvocationId.parse(dot < 0 ? name : name.substring(0, dot));
      if (id.filter(kept::contains).isEmpty()) {
        Path path = folder.resolve(name);
        delete(path, keptBytes(path));
      }
    }
  }

  void reserve(long bytes) throws IOException {
    if (used.addAndGet(bytes) > limit) {
      used.addAndGet(-bytes);
      throw new IOException(folder + " holds as much as it may, " + limit + " bytes");
    }
  }

  void delete(Path path, long keptBytes) {
    try {
      if (Files.deleteIfExists(path)) {
        used.addAndGet(-keptBytes);
      }
    } catch (IOException e) {
      log.warn("{} cannot be deleted: {}", path, e.getMessage());
    }
  }

  private static long keptBytes(Path path) {
    try {
      return Math.max(0, Files.size(path) - KeptLayout.HEADER_BYTES);
    } catch (IOException e) {
      return 0;
    }
  }

  private Path path(InvocationId id, boolean stderr) {
    return folder.resolve(id + (stderr ? STDERR : STDOUT));
  }
}
