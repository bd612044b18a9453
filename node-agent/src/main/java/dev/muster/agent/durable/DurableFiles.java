// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.durable;

import java.io.IOException;
import java.util.List;

/**
 * The few things that the journal does with a directory tree, each of which may be the last before
 * a crash. Paths are relative, with {@code /}. Not thread-safe: the journal calls it under its
 * lock.
 */
public interface DurableFiles {
  /** Makes a directory, its parents too, and its entry durable; harmless if there is one. */
  void createDirectory(String path) throws IOException;

  /** Returns the names of the files of a directory, in no order. */
  List<String> list(String directory) throws IOException;

  /** Returns whether there is such a file. */
  boolean exists(String path) throws IOException;

  /**
   * Returns a file's bytes.
   *
   * @throws IOException if there is no such file, or it is larger
   */
  byte[] read(String path, int maxBytes) throws IOException;

  /** Makes or replaces a file with these bytes, and makes the bytes durable, not yet its name. */
  void writeSynced(String path, byte[] bytes) throws IOException;

  /** Adds bytes to the end of a file, making it if need be, and makes them durable. */
  void appendSynced(String path, byte[] bytes) throws IOException;

  /** Cuts a file. */
  void truncate(String path, long size) throws IOException;

  /** Gives a file another name, in place of the one that may have it; durable once synced. */
  void rename(String from, String to) throws IOException;

  /** Makes the names in a directory durable. */
  void syncDirectory(String directory) throws IOException;

  /** Takes a file away, if there is one; durable once synced. */
  void delete(String path) throws IOException;

  /** Replaces a file as a whole: after a crash there is the old one or the new one. */
  default void replace(String directory, String name, byte[] bytes) throws IOException {
    String prefix = directory.isEmpty() ? "" : directory + "/";
    String temporary = prefix + name + TEMPORARY;
    writeSynced(temporary, bytes);
    rename(temporary, prefix + name);
    syncDirectory(directory);
  }

  /** Ends the names of files that are not whole yet. */
  String TEMPORARY = ".tmp";
}
