// SPDX-License-Identifier: Apache-2.0
package dev.muster.it.fleet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The machine's processes, as {@code /proc} shows them. */
public final class LocalProcesses {
  private static final Path PROC = Path.of("/proc");

  private LocalProcesses() {}

  /** Returns whether a process runs; one that has ended and was not waited for does not. */
  public static boolean isAlive(long pid) {
    try {
      String stat = Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      return state != 'Z' && state != 'X';
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the processes that have this text in their environment or on their command line. */
  public static List<Long> mentioning(String text) {
    List<Long> found = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        long pid = Long.parseLong(String.valueOf(process.getFileName()));
        if ((has(process.resolve("environ"), text) || has(process.resolve("cmdline"), text))
            && isAlive(pid)) {
          found.add(pid);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("/proc cannot be read", e);
    }
    return found;
  }

  /** Ends a process at once. */
  public static void kill(long pid) {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }

  private static boolean has(Path file, String text) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).contains(text);
    } catch (IOException e) {
      return false; // It has ended, or is not ours.
    }
  }
}
