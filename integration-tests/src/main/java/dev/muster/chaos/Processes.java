// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The machine's processes, as {@code /proc} shows them, and signals to them. */
final class Processes {
  private static final Path PROC = Path.of("/proc");

  private Processes() {}

  /** Returns the live processes that have this text in their environment or command line. */
  static List<Long> mentioning(String text) {
    List<Long> found = new ArrayList<>();
    long self = ProcessHandle.current().pid();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        long pid = Long.parseLong(String.valueOf(process.getFileName()));
        if (pid != self
            && (has(process.resolve("environ"), text) || has(process.resolve("cmdline"), text))) {
          found.add(pid);
        }
      }
    } catch (IOException e) {
      throw new ChaosFailedException("/proc cannot be read", e);
    }
    return found;
  }

  /** Ends every process that mentions this text, and what such a one starts meanwhile. */
  static void killMentioning(String text) {
    for (List<Long> left = mentioning(text); !left.isEmpty(); left = mentioning(text)) {
      signal("KILL", left);
    }
  }

  /** Sends a signal; processes that have ended are passed over. */
  static void signal(String name, List<Long> pids) {
    if (pids.isEmpty()) {
      return;
    }
    List<String> command = new ArrayList<>(List.of("kill", "-" + name));
    pids.forEach(pid -> command.add(pid.toString()));
    try {
      var unused =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
    } catch (IOException e) {
      throw new ChaosFailedException("`kill` cannot be run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean has(Path file, String text) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).contains(text);
    } catch (IOException e) {
      return false; // It has ended, or is not ours.
    }
  }
}
