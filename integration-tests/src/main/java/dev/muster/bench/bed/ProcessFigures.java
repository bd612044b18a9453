// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.bed;

import dev.muster.bench.BenchFailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What the system knows of a process: its processor time and its memory. */
public final class ProcessFigures {
  // The kernel tells times in hundredths of a second on every architecture that Java runs on.
  private static final long MILLIS_PER_TICK = 10;
  private static final int USER_TICKS = 11;
  private static final int SYSTEM_TICKS = 12;
  private static final Duration QUIET_WINDOW = Duration.ofMillis(100);
  private static final long QUIET_MILLIS = 20;
  private static final int MOST_WINDOWS = 40;
  private static final Duration COLLECTION = Duration.ofSeconds(60);

  private final long pid;

  ProcessFigures(long pid) {
    this.pid = pid;
  }

  /** Returns the processor time that all its threads took so far, user and system, in ms. */
  public long cpuMillis() {
    return cpuMillis(read("stat"));
  }

  public static long cpuMillis(String stat) {
    // The second field is the command's name in brackets, with anything in it.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]))
        * MILLIS_PER_TICK;
  }

  /** Returns its resident memory in KiB. */
  public long rssKilobytes() {
    return rssKilobytes(read("status").lines().toList());
  }

  public static long rssKilobytes(List<String> status) {
    return status.stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  /** Makes the JVM collect everything that can be. */
  public void collectGarbage() {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    if (!Files.isExecutable(jcmd)) {
      throw new BenchFailedException(jcmd + " is missing: the bench needs a whole JDK");
    }
    try {
      Process process =
          new ProcessBuilder(jcmd.toString(), String.valueOf(pid), "GC.run")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(COLLECTION.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new BenchFailedException("process " + pid + " did not collect its garbage in time");
      }
      if (process.exitValue() != 0) {
        throw new BenchFailedException("jcmd cannot reach process " + pid);
      }
    } catch (IOException e) {
      throw new BenchFailedException("jcmd could not be started", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits until the process does next to nothing. What a server still does after a round (a
   * checkpoint, a compilation) would otherwise slow the other side's round on the same core.
   */
  public void awaitQuiet() {
    long before = cpuMillis();
    for (int i = 0; i < MOST_WINDOWS; i++) {
      LockSupport.parkNanos(QUIET_WINDOW.toNanos());
      long now = cpuMillis();
      if (now - before <= QUIET_MILLIS) {
        return;
      }
      before = now;
    }
  }

  private String read(String file) {
    try {
      return Files.readString(
          Path.of("/proc", String.valueOf(pid), file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new BenchFailedException("process " + pid + " is gone", e);
    }
  }
}
