// SPDX-License-Identifier: Apache-2.0
package dev.muster.it.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs printed grpcurl commands by {@code buf curl}, a gRPC client of another language. Only what
 * the documents use is understood: the flags {@code -cacert}, {@code -H} and {@code -d}, quotes,
 * and variables.
 */
public final class OutsideClient {
  private static final Pattern VARIABLE = Pattern.compile("\\$([A-Z]+)");
  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final String DOCUMENTED_DATA = "muster-data";
  private static final String DOCUMENTED_OPERATOR_ADDRESS = "localhost:7444";
  private static final String DOCUMENTED_AGENT_ADDRESS = "localhost:7443";

  private final FleetHarness fleet;
  private final Path program;

  /** Makes a client of this fleet's server. */
  public OutsideClient(FleetHarness fleet) {
    this.fleet = fleet;
    this.program =
        Path.of(
            System.getProperty(
                "muster.buf", Programs.home() + "/integration-tests/target/buf/buf"));
    if (!Files.exists(program)
        || !(Files.isExecutable(program) || program.toFile().setExecutable(true))) {
      throw new AssertionError(
          program
              + " is missing: run ./mvnw verify -DskipTests -pl integration-tests -am, which fetches it");
    }
  }

  /**
   * What a command came to.
   *
   * @param method name of the method, or {@code list}
   * @param code exit code
   * @param output everything that it printed
   */
  public record Answer(String method, int code, String output) {}

  /** Returns the grpcurl commands that a document prints, each on one line. */
  public static List<String> commandsIn(Path document) {
    try {
      String text = Files.readString(document).replace("\\\n", " ");
      return text.lines().filter(line -> line.startsWith("grpcurl ")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs one printed command. */
  public Answer run(String printed, Map<String, String> variables) {
    List<String> words = words(printed, variables);
    List<String> command =
        new ArrayList<>(List.of(program.toString(), "curl", "--protocol", "grpc"));
    List<String> operands = new ArrayList<>();
    for (int i = 1; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("-cacert")) {
        command.add("--cacert");
        command.add(
            words.get(++i).replace(DOCUMENTED_DATA, fleet.server().dataDirectory().toString()));
      } else if (word.equals("-H") || word.equals("-d")) {
        command.add(word);
        command.add(
            words.get(++i).replace("\u2026", variables.getOrDefault("EXECUTION", "\u2026")));
      } else {
        operands.add(word);
      }
    }
    String address =
        operands
            .get(0)
            .replace(DOCUMENTED_OPERATOR_ADDRESS, "localhost:" + fleet.server().operatorPort())
            .replace(DOCUMENTED_AGENT_ADDRESS, fleet.server().agentAddress());
    String method = operands.get(1);
    if (method.equals("list")) {
      command.add("--list-services");
      command.add("https://" + address);
    } else {
      if (!command.contains("-d")) {
        command.add("-d");
        command.add("{}");
      }
      command.add("https://" + address + "/" + method);
    }
    try (ProgramProcess client =
        ProgramProcess.start(
            "buf curl", command, Map.of("BUF_CACHE_DIR", fleet.folder() + "/buf"))) {
      int code = client.awaitEnd(ANSWER);
      return new Answer(method.substring(method.indexOf('/') + 1), code, client.output());
    }
  }

  private static List<String> words(String line, Map<String, String> variables) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    int i = 0;
    while (i < line.length()) {
      char c = line.charAt(i);
      if (c == '\'' || c == '"') {
        int end = line.indexOf(c, i + 1);
        String quoted = line.substring(i + 1, end);
        word.append(c == '"' ? expanded(quoted, variables) : quoted);
        inWord = true;
        i = end + 1;
      } else if (c == ' ') {
        if (inWord) {
          words.add(word.toString());
        }
        word.setLength(0);
        inWord = false;
        i++;
      } else {
        int end = i;
        while (end < line.length() && " '\"".indexOf(line.charAt(end)) < 0) {
          end++;
        }
        word.append(expanded(line.substring(i, end), variables));
        inWord = true;
        i = end;
      }
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }

  private static String expanded(String text, Map<String, String> variables) {
    return VARIABLE
        .matcher(text)
        .replaceAll(
            variable -> {
              String value = variables.get(variable.group(1));
              if (value == null) {
                throw new AssertionError("$" + variable.group(1) + " is not known here");
              }
              return Matcher.quoteReplacement(value);
            });
  }
}
