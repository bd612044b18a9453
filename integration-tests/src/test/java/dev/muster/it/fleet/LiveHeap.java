// SPDX-License-Identifier: Apache-2.0
package dev.muster.it.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** What a process of Java holds on to, once all garbage is collected. */
public final class LiveHeap {
  private LiveHeap() {}

  /** Returns how many objects of a class the process can still reach. Stops it meanwhile. */
  public static long instances(ProgramProcess program, Class<?> type) {
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
      // Rank, objects, bytes, class; none of a class: no line.
      assertThat(lines).as("histogram").anyMatch(line -> line.startsWith("Total"));
      return lines.stream()
          .map(line -> line.trim().split("\\s+", -1))
          .filter(columns -> columns.length > 3 && columns[3].equals(type.getName()))
          .mapToLong(columns -> Long.parseLong(columns[1]))
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException("jcmd comes with a JDK", e);
    }
  }
}
