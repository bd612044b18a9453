// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

import dev.muster.bench.BenchFailedException;
import dev.muster.bench.bed.Workshop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Tells what a run was made on: figures mean nothing without. */
public final class Machine {
  private Machine() {}

  /** Returns what is known, by name. */
  public static Map<String, Object> describe(Workshop workshop, List<String> commandLine) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("cpus", Runtime.getRuntime().availableProcessors());
    found("/proc/cpuinfo", "model name").ifPresent(model -> facts.put("model", model));
    found("/proc/meminfo", "MemTotal")
        .map(total -> Long.parseLong(total.replaceAll("[^0-9]", "")) >> 10)
        .ifPresent(megabytes -> facts.put("memory_mb", megabytes));
    facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put(
        "java",
        System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version"));
    fileSystem(workshop.folder()).ifPresent(type -> facts.put("file_system", type));
    facts.put("pinned", workshop.pinning().isOn());
    facts.put(
        "placement",
        workshop.pinning().isOn()
            ? "servers on processor 0; swarms and bench on processor 1"
            : "processes run where the system puts them");
    facts.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    commit().ifPresent(commit -> facts.put("commit", commit));
    facts.put("command", "./muster bench " + String.join(" ", commandLine));
    facts.put("rounds", workshop.options().rounds());
    return facts;
  }

  /** What the store is on: a commit costs nothing where it is only memory. */
  private static Optional<String> fileSystem(Path folder) {
    try {
      return Optional.of(Files.getFileStore(folder).type());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> found(String file, String key) {
    try {
      return Files.readAllLines(Path.of(file)).stream()
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The commit that is checked out, where the sources are under git. */
  private static Optional<String> commit() {
    try {
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=12")
              .directory(Workshop.home().toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return git.waitFor(5, TimeUnit.SECONDS) && git.exitValue() == 0
          ? Optional.of(said.strip())
          : Optional.empty();
    } catch (IOException | BenchFailedException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
