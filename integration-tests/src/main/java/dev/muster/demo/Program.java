// SPDX-License-Identifier: Apache-2.0
package dev.muster.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A program of Muster in a process of its own. What it prints goes to a file, and one line of it
 * tells that it is ready. The caller closes it.
 */
final class Program implements AutoCloseable {
  // Small JVMs that start soon; four of them share this machine.
  private static final String SMALL_JVM =
      "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -Xmx128m";
  private static final Duration START_PATIENCE = Duration.ofSeconds(30);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);
  private static final int TAIL_LINES = 15;

  private final String name;
  private final Process process;
  private final Path log;
  private final CompletableFuture<Matcher> ready = new CompletableFuture<>();

  private Program(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * Starts {@code muster ARGUMENTS}.
   *
   * @param home where the launcher is
   * @param folder where it works and where its log goes
   * @param ready the line that tells that it is ready
   */
  static Program start(String name, Path home, Path folder, Pattern ready, List<String> arguments) {
    ProcessBuilder builder =
        new ProcessBuilder(home.resolve("muster").toString())
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.command().addAll(arguments);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("MUSTER_NO_BUILD", "1");
    builder.environment().put("MUSTER_JAVA_OPTS", SMALL_JVM);
    try {
      Program program = new Program(name, builder.start(), folder.resolve(name + ".log"));
      Thread reader = new Thread(() -> program.read(ready), "demo-log-" + name);
      reader.setDaemon(true);
      reader.start();
      return program;
    } catch (IOException e) {
      throw new DemoFailedException(name + " could not be started: " + e.getMessage());
    }
  }

  /** Waits until it is ready and returns what the line told. */
  Matcher awaitReady() throws InterruptedException {
    try {
      return ready.get(START_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new DemoFailedException(name + " ended before it was ready");
    } catch (TimeoutException e) {
      throw new DemoFailedException(
          name + " was not ready after " + START_PATIENCE.toSeconds() + " s");
    }
  }

  /** Returns the last lines that it printed. */
  String logTail() {
    try (Stream<String> lines = Files.lines(log)) {
      List<String> all = lines.toList();
      List<String> last = all.subList(Math.max(0, all.size() - TAIL_LINES), all.size());
      return "--- " + name + "\n" + String.join("\n", last);
    } catch (IOException | UncheckedIOException e) {
      return "--- " + name + ": no log";
    }
  }

  /** Tells it to stop, without waiting. */
  void tellToStop() {
    process.destroy();
  }

  /** Stops it, by force if it does not by itself. */
  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }

  private void read(Pattern wanted) {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        PrintWriter out = new PrintWriter(Files.newBufferedWriter(log), true)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        out.println(line);
        Matcher matcher = wanted.matcher(line);
        if (matcher.matches()) {
          ready.complete(matcher);
        }
      }
    } catch (IOException e) {
      // It was stopped.
    }
    // Too late where it was ready before.
    ready.completeExceptionally(new IOException("its output has ended"));
  }
}
