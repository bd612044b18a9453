// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One life of a program that is broken on purpose. Its output goes to a log. Thread-safe. */
final class Subject {
  private static final Duration END = Duration.ofSeconds(20);

  private final String name;
  private final Process process;
  private final Thread reader;

  private Subject(String name, Process process, Path log, Consumer<String> onLine) {
    this.name = name;
    this.process = process;
    this.reader = new Thread(() -> read(log, onLine), "chaos-log-" + name);
    reader.setDaemon(true);
  }

  /**
   * Starts a program. The MUSTER_ variables of this process are not passed on.
   *
   * @param onLine hears each line of its output, on a thread of its own
   */
  static Subject start(String name, List<String> command, Path log, Consumer<String> onLine) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(variable -> variable.startsWith("MUSTER_"));
    try {
      Subject subject = new Subject(name, builder.start(), log, onLine);
      subject.reader.start();
      return subject;
    } catch (IOException e) {
      throw new ChaosFailedException(name + " could not be started: " + command, e);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Ends it, and nothing else, as {@code kill -9} does; returns when it has ended. */
  void kill() {
    process.destroyForcibly();
    if (!awaitEnd(END)) {
      throw new ChaosFailedException(name + " outlived SIGKILL");
    }
  }

  /** Asks it to stop; returns whether it did in time. */
  boolean terminate(Duration patience) {
    process.destroy();
    return awaitEnd(patience);
  }

  /** Gets ready to let it stand still at a moment. */
  Trigger armFreeze() {
    return Trigger.arm("STOP", process.pid());
  }

  /** Lets it stand still. */
  void freeze() {
    Processes.signal("STOP", List.of(process.pid()));
  }

  /** Lets it go on. */
  void thaw() {
    Processes.signal("CONT", List.of(process.pid()));
  }

  private boolean awaitEnd(Duration patience) {
    try {
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        return false;
      }
      // Its last lines; a hook that outlives it may hold the pipe open.
      reader.join(200);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      return true;
    }
  }

  private void read(Path log, Consumer<String> onLine) {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        Writer out =
            Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      out.write("==== " + name + " starts at " + Instant.now() + "\n");
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        onLine.accept(line);
        out.write(line + "\n");
        out.flush();
      }
      out.write("==== " + name + " ended before " + Instant.now() + "\n");
    } catch (IOException e) {
      // Its end closes the stream.
    }
  }
}
