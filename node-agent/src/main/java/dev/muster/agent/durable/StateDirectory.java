// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.durable;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The directory where an agent keeps what it must not forget, held by one agent at a time. The lock
 * goes with the process, however it ends.
 */
public final class StateDirectory implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final FileLock lock;

  private StateDirectory(Path path, FileChannel channel, FileLock lock) {
    this.path = path;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Takes the directory, making it if there is none.
   *
   * @throws StateDirectoryBusyException if another agent holds it
   * @throws IOException if it cannot be made or written
   */
  public static StateDirectory take(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      Files.createDirectories(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    FileChannel channel =
        FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held by another agent of this very process.
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    if (lock == null) {
      throw new StateDirectoryBusyException(path);
    }
    return new StateDirectory(path, channel, lock);
  }

  /** Returns where it is. */
  public Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }

  /** Another agent holds the directory. */
  public static final class StateDirectoryBusyException extends IOException {
    private static final long serialVersionUID = 1L;

    StateDirectoryBusyException(Path path) {
      super("Another agent uses " + path + "; give each agent a state directory of its own.");
    }
  }
}
