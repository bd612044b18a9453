// SPDX-License-Identifier: Apache-2.0
package dev.muster.it.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** What a process of Java holds on to, once all garbage is collected. */
public final class LiveHeap {
  private LiveHeap() {}

  /** Returns the bytes of all objects that the process can still reach. Stops it meanwhile. */
  public static long bytes(ProgramProcess program) {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    try {
      Process process =
          new ProcessBuilder(jcmd, String.valueOf(program.pid()), "GC.class_histogram")
              .redirectErrorStream(true)
              .start();
      List<String> lines;
      try (var output = process.inputReader(StandardCharsets.UTF_8)) {
        lines = output.lines().toList();
      }
      // The last line: "Total", the number of objects, their bytes.
      return lines.stream()
          .filter(line -> line.startsWith("Total"))
          .map(line -> Long.parseLong(line.trim().split("\\s+")[2]))
          .findFirst()
          .orElseThrow(() -> new AssertionError("jcmd says: " + lines));
    } catch (IOException e) {
      throw new UncheckedIOException("jcmd comes with a JDK", e);
    }
  }
}
