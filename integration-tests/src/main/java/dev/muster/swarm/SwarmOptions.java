// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm;

import dev.muster.agent.connection.ServerAddress;
import dev.muster.swarm.node.Answers;
import dev.muster.wire.CredentialFormatException;
import dev.muster.wire.JoinToken;
import dev.muster.wire.Limits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a swarm is told on the command line. */
final class SwarmOptions {
  /** As many connections as a process has room for where it may open 20,000 files. */
  static final int MOST_NODES = 19_000;

  private static final int MOST_A_MINUTE = 60_000;
  private static final int MOST_A_SECOND = 100_000;
  private static final Pattern PREFIX = Pattern.compile("[a-z]([a-z0-9-]{0,50}[a-z0-9])?");

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "How many nodes, 1 to 19000; each is a connection. Default: 100.")
  int nodes = 100;

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description = "Where agents connect. Default: localhost:7443.")
  String server = "localhost:7443";

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "Certificate of the authority that signs the server's. Not needed with a join token of that"
              + " server: the token names the authority, and the identities keep it.")
  @Nullable Path ca;

  @Option(names = "--plaintext", description = "Connects without TLS; to a loopback address only.")
  boolean plaintext;

  @Option(
      names = "--join-token",
      paramLabel = "T",
      description =
          "Join token that the missing nodes are enrolled with; it must be good for as many"
              + " (muster token create --max-uses N). Also from MUSTER_JOIN_TOKEN, where other users of"
              + " the machine do not see it.",
      defaultValue = "${env:MUSTER_JOIN_TOKEN}")
  @Nullable String joinToken;

  @Option(
      names = "--identities",
      paramLabel = "FILE",
      description =
          "Keeps the nodes' keys between runs, so that only missing nodes are enrolled. Without it"
              + " every run enrolls all of its nodes.")
  @Nullable Path identities;

  @Option(
      names = "--name-prefix",
      paramLabel = "PREFIX",
      description = "The nodes are PREFIX-00001 and so on. Default: swarm.")
  String namePrefix = "swarm";

  @Option(
      names = "--answer-ms",
      paramLabel = "MS",
      description = "How long a run takes. Default: 0.")
  int answerMs;

  @Option(
      names = "--answer-jitter-ms",
      paramLabel = "MS",
      description = "How much longer it takes at most, by chance. Default: 0.")
  int answerJitterMs;

  @Option(
      names = "--fail-percent",
      paramLabel = "P",
      description = "How many of 100 runs fail. Default: 0.")
  int failPercent;

  @Option(
      names = "--output-bytes",
      paramLabel = "N",
      description = "How much a run writes, at most 16384 bytes. Default: 0.")
  int outputBytes;

  @Option(
      names = "--disconnects-per-minute",
      paramLabel = "N",
      description = "Breaks so many connections a minute, by chance. Default: 0.")
  int disconnectsPerMinute;

  @Option(
      names = "--connects-per-second",
      paramLabel = "N",
      description =
          "Begins at most so many connections a second; 0: as fast as it goes, 256 at once. Default: 0.")
  int connectsPerSecond;

  @Option(
      names = "--slots",
      paramLabel = "N",
      description = "How many runs each node does at once, 1 to 64. Default: 4.")
  int slots = Limits.DEFAULT_SLOTS;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      description = "Where chance begins; it is printed, so that a run can be repeated.")
  @Nullable Long seed;

  @Option(
      names = "--control",
      description =
          "Takes commands from standard input and answers each with a line of JSON: enroll N, connect N,"
              + " await N, disconnect, set KEY VALUE, stats, quit.")
  boolean control;

  @Option(
      names = "--raw",
      description =
          "Is connected to the raw echo server of the benchmarks instead of a Muster server: no keys are"
              + " enrolled and nothing is remembered.")
  boolean raw;

  /** Returns every fault of the options, as sentences. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    range(faults, "--nodes", nodes, 1, MOST_NODES);
    range(faults, "--slots", slots, 1, Limits.MAX_SLOTS);
    range(faults, "--disconnects-per-minute", disconnectsPerMinute, 0, MOST_A_MINUTE);
    range(faults, "--connects-per-second", connectsPerSecond, 0, MOST_A_SECOND);
    answers()
        .forEach(
            (key, value) -> {
              try {
                var unused = key.checked(value);
              } catch (IllegalArgumentException e) {
                faults.add("--" + e.getMessage() + ".");
              }
            });
    if (!PREFIX.matcher(namePrefix).matches()) {
      faults.add(
          "--name-prefix has 1 to 52 characters of a-z, 0-9 and '-', and begins with a letter.");
    }
    if (plaintext && ca != null) {
      faults.add("--ca means nothing with --plaintext.");
    }
    try {
      var unused = address();
    } catch (IllegalArgumentException e) {
      faults.add("--server: " + e.getMessage() + ".");
    }
    try {
      var unused = token();
    } catch (IllegalArgumentException e) {
      faults.add("--join-token: " + e.getMessage());
    }
    return faults;
  }

  ServerAddress address() {
    return ServerAddress.parse(server);
  }

  /** Returns the join token, if one was given. */
  Optional<JoinToken> token() {
    if (joinToken == null || joinToken.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(JoinToken.parse(joinToken));
    } catch (CredentialFormatException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** Returns how the nodes are to answer. */
  Map<Answers.Key, Integer> answers() {
    Map<Answers.Key, Integer> values = new EnumMap<>(Answers.Key.class);
    values.put(Answers.Key.ANSWER_MS, answerMs);
    values.put(Answers.Key.ANSWER_JITTER_MS, answerJitterMs);
    values.put(Answers.Key.FAIL_PERCENT, failPercent);
    values.put(Answers.Key.OUTPUT_BYTES, outputBytes);
    return values;
  }

  private static void range(List<String> faults, String option, int value, int least, int most) {
    if (value < least || value > most) {
      faults.add(option + " is from " + least + " to " + most + ".");
    }
  }
}
