// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.control;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A conversation by lines: each command is answered by exactly one line with one JSON object, in
 * order. It ends with {@code quit}, which is answered as well, or with the input. Used by one
 * thread.
 */
public final class LineConversation {
  private static final String QUIT = "quit";

  private final Map<String, Known> commands = new LinkedHashMap<>();

  /** Does what a command asks for. */
  public interface Handler {
    /**
     * Returns the answer.
     *
     * @param words what follows the command's name
     * @throws IllegalArgumentException if they make no sense; its message is the answer
     */
    JsonLine answer(List<String> words)
        throws IOException, ExecutionException, InterruptedException;
  }

  private record Known(String usage, int words, Handler handler) {}

  /**
   * Adds a command.
   *
   * @param usage its name and what follows, such as {@code set KEY VALUE}
   */
  public LineConversation on(String usage, Handler handler) {
    String[] words = usage.split(" ", -1);
    commands.put(words[0], new Known(usage, words.length - 1, handler));
    return this;
  }

  /** Answers until the end. */
  public void run(BufferedReader in, PrintStream out) throws IOException, InterruptedException {
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.isBlank()) {
        continue;
      }
      if (line.strip().equals(QUIT)) {
        tell(out, JsonLine.ok());
        return;
      }
      tell(out, answer(line));
    }
  }

  private static void tell(PrintStream out, JsonLine answer) {
    out.println(answer);
    out.flush();
  }

  /** Returns the answer to one line. */
  JsonLine answer(String line) throws InterruptedException {
    List<String> words = Arrays.asList(line.strip().split("\\s+", -1));
    @Nullable Known known = commands.get(words.get(0));
    if (known == null) {
      return JsonLine.failed(
          "unknown command " + words.get(0) + "; known are " + usages() + " and " + QUIT);
    }
    if (words.size() - 1 != known.words()) {
      return JsonLine.failed("usage: " + known.usage());
    }
    try {
      return known.handler().answer(words.subList(1, words.size()));
    } catch (ExecutionException e) {
      return JsonLine.failed(sentence(e.getCause() == null ? e : e.getCause()));
    } catch (IOException | RuntimeException e) {
      return JsonLine.failed(sentence(e));
    }
  }

  /** Returns the number that a word is. */
  public static int number(String word, int least, int most) {
    try {
      int number = Integer.parseInt(word);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new IllegalArgumentException(word + " is not a number from " + least + " to " + most);
  }

  private String usages() {
    return String.join(", ", commands.values().stream().map(Known::usage).toList());
  }

  private static String sentence(Throwable failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
