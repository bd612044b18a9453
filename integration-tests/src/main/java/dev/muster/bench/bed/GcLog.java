// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.bed;

import dev.muster.bench.BenchFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The collection pauses of a JVM, out of the log that {@link #flag} makes it write. */
public final class GcLog {
  // [1795399562123ms] GC(4) Pause Young (Allocation Failure) 139M->7M(500M) 5.214ms
  private static final Pattern PAUSE =
      Pattern.compile(
          "\\[(\\d+)ms\\].* GC\\(\\d+\\) Pause (.*?)(?: (\\d+)([KMG])->(\\d+)([KMG])\\(\\d+[KMG]\\))? "
              + "(\\d+\\.\\d+)ms$");

  private final List<Pause> pauses;

  /**
   * One stop of all threads.
   *
   * @param epochMillis when it ended
   * @param kind what the JVM calls it
   * @param millis how long it took
   * @param heapAfterKilobytes heap in use after it, where the log tells
   */
  record Pause(long epochMillis, String kind, double millis, Optional<Long> heapAfterKilobytes) {}

  private GcLog(List<Pause> pauses) {
    this.pauses = List.copyOf(pauses);
  }

  /** Returns the flag that makes a JVM write such a log. */
  static String flag(Path file) {
    return "-Xlog:gc:file=" + file + ":tm:filecount=0";
  }

  /** Reads a log, of a JVM that may go on writing it. */
  static GcLog read(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return parse(lines.toList());
    } catch (IOException | UncheckedIOException e) {
      throw new BenchFailedException(file + " cannot be read", e);
    }
  }

  static GcLog parse(List<String> lines) {
    return new GcLog(
        lines.stream()
            .map(PAUSE::matcher)
            .filter(Matcher::find)
            .map(
                line ->
                    new Pause(
                        Long.parseLong(line.group(1)),
                        line.group(2),
                        Double.parseDouble(line.group(7)),
                        Optional.ofNullable(line.group(5))
                            .map(number -> kilobytes(Long.parseLong(number), line.group(6)))))
            .toList());
  }

  /** Returns the pauses that ended in this time. */
  public GcLog between(long fromEpochMillis, long toEpochMillis) {
    return new GcLog(
        pauses.stream()
            .filter(
                pause ->
                    pause.epochMillis() >= fromEpochMillis && pause.epochMillis() <= toEpochMillis)
            .toList());
  }

  List<Pause> pauses() {
    return pauses;
  }

  /** Returns how long all pauses took together. */
  public double totalMillis() {
    return pauses.stream().mapToDouble(Pause::millis).sum();
  }

  /** Returns how long the longest pause took; 0 where there was none. */
  public double maxMillis() {
    return pauses.stream().mapToDouble(Pause::millis).max().orElse(0);
  }

  /** Returns the heap in use after the last pause. */
  public Optional<Long> lastHeapKilobytes() {
    for (int i = pauses.size() - 1; i >= 0; i--) {
      Optional<Long> heap = pauses.get(i).heapAfterKilobytes();
      if (heap.isPresent()) {
        return heap;
      }
    }
    return Optional.empty();
  }

  private static long kilobytes(long number, String unit) {
    return switch (unit) {
      case "K" -> number;
      case "M" -> number << 10;
      case "G" -> number << 20;
      default -> throw new IllegalArgumentException(unit + " is no unit");
    };
  }
}
