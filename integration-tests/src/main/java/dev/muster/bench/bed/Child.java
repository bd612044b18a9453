// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.bed;

import dev.muster.bench.BenchFailedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A process that the bench started. What it prints goes to its log; a line that begins with a brace
 * is an answer to the line that was written to it last. Driven by one thread; closing is safe from
 * any.
 */
public final class Child implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration END = Duration.ofSeconds(10);
  private static final int TAIL_LINES = 20;

  /** Stands in the queue of answers for "no more will come". */
  private static final String ENDED = "";

  private final String name;
  private final Process process;
  private final Path log;
  private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final CompletableFuture<Ready> ready = new CompletableFuture<>();

  /**
   * The line that told that the process is ready.
   *
   * @param line what was found in it
   * @param nanos when it was read, on the scale of {@link System#nanoTime}
   */
  public record Ready(Matcher line, long nanos) {}

  private Child(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * Starts a process. The MUSTER_ variables of this one are not passed on: they would change what
   * is measured.
   *
   * @param ready the line that tells that it is ready
   */
  static Child start(String name, List<String> command, Path folder, Pattern ready) {
    Path log = folder.resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(variable -> variable.startsWith("MUSTER_"));
    try {
      Child child = new Child(name, builder.start(), log);
      Thread reader = new Thread(() -> child.read(ready), "bench-log-" + name);
      reader.setDaemon(true);
      reader.start();
      return child;
    } catch (IOException e) {
      throw new BenchFailedException(name + " could not be started: " + command, e);
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits until it is ready. */
  Ready awaitReady(Duration patience) {
    try {
      return ready.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw failed("ended before it was ready");
    } catch (TimeoutException e) {
      throw failed("was not ready after " + patience.toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("was awaited when the bench was interrupted");
    }
  }

  /** Writes it a line and waits for its answer, which must be one of success. */
  JsonNode ask(String line, Duration patience) {
    tell(line);
    return answer(line, patience);
  }

  /** Writes it a line, whose answer is taken later. */
  void tell(String line) {
    try {
      process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw failed("was told `" + line + "` after it had ended");
    }
  }

  /** Waits for the next answer; {@code line} is what it was told. */
  JsonNode answer(String line, Duration patience) {
    try {
      String answer = answers.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (answer == null) {
        throw failed("did not answer `" + line + "` within " + patience.toSeconds() + " s");
      }
      if (answer.equals(ENDED)) {
        answers.add(ENDED);
        throw failed("ended before it answered `" + line + "`");
      }
      JsonNode read = JSON.readTree(answer);
      if (!read.path("ok").asBoolean(true)) {
        throw failed("could not do `" + line + "`: " + read.path("error").asString(answer));
      }
      return read;
    } catch (JacksonException e) {
      throw failed("answered `" + line + "` with what is no JSON: " + e.getOriginalMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("was asked `" + line + "` when the bench was interrupted");
    }
  }

  /** Ends it as {@code kill -9} does, and returns when it has ended. */
  void kill() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS)) {
        throw failed("outlived SIGKILL");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Asks it to stop, and ends it by force if it does not. */
  void stop(Duration patience) {
    process.destroy();
    try {
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Makes the exception that names this process and shows the end of its log. */
  BenchFailedException failed(String what) {
    return new BenchFailedException(name + " " + what + "\n" + logTail());
  }

  /** Returns the end of its log. */
  String logTail() {
    try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      List<String> all = lines.toList();
      List<String> last = all.subList(Math.max(0, all.size() - TAIL_LINES), all.size());
      return "--- end of " + log + "\n" + String.join("\n", last);
    } catch (IOException | UncheckedIOException e) {
      return "--- " + log + ": no log";
    }
  }

  private void read(Pattern wanted) {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        Writer out =
            Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        long now = System.nanoTime();
        if (line.startsWith("{")) {
          answers.add(line);
        }
        Matcher matcher = wanted.matcher(line);
        if (matcher.find()) {
          ready.complete(new Ready(matcher, now));
        }
        out.write(line + "\n");
        out.flush();
      }
    } catch (IOException e) {
      // It was stopped.
    }
    // Too late where it was ready before.
    ready.completeExceptionally(new IOException("its output has ended"));
    answers.add(ENDED);
  }
}
