// SPDX-License-Identifier: Apache-2.0
package dev.muster.it.fleet;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of Muster's programs as a process: its output is kept, and can be waited for. Thread-safe.
 */
public final class ProgramProcess implements AutoCloseable {
  private static final Duration END_AT_ONCE = Duration.ofSeconds(10);

  private static final int ENDED_BY_SIGTERM = 128 + 15;

  private final String name;
  private final Process process;
  private final Thread reader;
  private final Object lock = new Object();

  @GuardedBy("lock") private final List<String> lines = new ArrayList<>();

  @GuardedBy("lock") private boolean ended;

  private ProgramProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    this.reader = new Thread(this::read, "output of " + name);
    reader.setDaemon(true);
  }

  /** Starts a program. The MUSTER_ variables of this process are not passed on, these are. */
  public static ProgramProcess start(
      String name, List<String> command, Map<String, String> environment) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(variable -> variable.startsWith("MUSTER_"));
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      ProgramProcess program = new ProgramProcess(name, process);
      program.reader.start();
      return program;
    } catch (IOException e) {
      throw new IllegalStateException(name + " cannot be started: " + command, e);
    }
  }

  private void read() {
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        synchronized (lock) {
          lines.add(line);
          lock.notifyAll();
        }
      }
    } catch (IOException e) {
      // Its end closes the stream.
    } finally {
      synchronized (lock) {
        ended = true;
        lock.notifyAll();
      }
    }
  }

  /**
   * Returns the first line of its output that has this.
   *
   * @throws AssertionError with its whole output, if the line does not come
   */
  public Matcher awaitLine(Pattern wanted, Duration most) {
    return awaitLine(wanted, 0, most).matcher();
  }

  /**
   * A line that was found.
   *
   * @param matcher what was found in it
   * @param next number of the line after it
   */
  public record Line(Matcher matcher, int next) {}

  /** Returns the first line from this number on that has this. */
  public Line awaitLine(Pattern wanted, int from, Duration most) {
    long end = System.nanoTime() + most.toNanos();
    synchronized (lock) {
      int next = from;
      while (true) {
        while (next < lines.size()) {
          Matcher matcher = wanted.matcher(lines.get(next++));
          if (matcher.find()) {
            return new Line(matcher, next);
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (ended || left <= 0) {
          String why = ended ? "it has ended" : "not within " + most;
          throw new AssertionError(
              name + " never said \"" + wanted + "\" (" + why + "):\n" + String.join("\n", lines));
        }
        try {
          lock.wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException(e);
        }
      }
    }
  }

  /** Returns what it has written. */
  public String output() {
    synchronized (lock) {
      return String.join("\n", lines);
    }
  }

  /** Returns its id. */
  public long pid() {
    return process.pid();
  }

  /** Returns whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Ends it as `kill -9` does. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd(END_AT_ONCE);
  }

  /**
   * Asks it to end, as `kill` does.
   *
   * @throws AssertionError if it does not end in order: with 0, or with what a JVM makes of SIGTERM
   */
  public void terminate(Duration most) {
    process.destroy();
    int code = awaitEnd(most);
    if (code != 0 && code != ENDED_BY_SIGTERM) {
      throw new AssertionError(name + " ended with " + code + ":\n" + output());
    }
  }

  /** Waits until it has ended and all its output is read; returns its exit code. */
  public int awaitEnd(Duration most) {
    try {
      if (!process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(name + " has not ended within " + most + ":\n" + output());
      }
      // Where a child of it still holds the stream, its output is not awaited for ever.
      reader.join(1_000);
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
  }

  @Override
  public String toString() {
    return name + "[pid=" + pid() + (isAlive() ? "" : ", ended") + "]";
  }
}
