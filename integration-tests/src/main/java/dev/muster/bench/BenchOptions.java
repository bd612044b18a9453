// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import dev.muster.bench.scenario.Scenarios;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the command line asks for. Filled by picocli, then only read. */
public final class BenchOptions {
  private static final int MOST_NODES = 19_000;
  private static final int LEAST_WARM_UP_ROUNDS = 3;
  private static final int MOST_WARM_UP_ROUNDS = 250;

  /** After about so many invocations the compilers are done with the server's way of a dispatch. */
  private static final int WARM_UP_INVOCATIONS = 250_000;

  @Option(
      names = "--nodes",
      split = ",",
      paramLabel = "N",
      description = "Numbers of nodes to measure with. Default: ${DEFAULT-VALUE}.",
      defaultValue = "1000,10000,19000")
  private List<Integer> nodes = List.of();

  @Option(
      names = "--scenario",
      split = ",",
      paramLabel = "NAME",
      description =
          "What to measure, in this order: fanout, barrier, latency, sustained, idle-memory, connect, storm, history, watchers,"
              + " payload, tls. Default: all.")
  private List<String> scenarios = new ArrayList<>();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Measured rounds of each side. Default: ${DEFAULT-VALUE}.",
      defaultValue = "5")
  private int rounds;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description =
          "Rounds before the measured ones. Default: as many as make 250,000 invocations, 3 to 250.")
  private @Nullable Integer warmup;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Length of sustained load. Default: ${DEFAULT-VALUE}.",
      defaultValue = "60")
  private int seconds;

  @Option(
      names = "--dispatches",
      paramLabel = "N",
      description = "Dispatches to one node in scenario latency. Default: ${DEFAULT-VALUE}.",
      defaultValue = "2000")
  private int dispatches;

  @Option(
      names = "--history",
      paramLabel = "N",
      description = "Past invocations in scenario history. Default: ${DEFAULT-VALUE}.",
      defaultValue = "1000000")
  private int history;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the results as JSON.")
  private @Nullable Path json;

  @Option(names = "--markdown", paramLabel = "FILE", description = "Writes the tables as Markdown.")
  private @Nullable Path markdown;

  @Option(names = "--plots", paramLabel = "DIR", description = "Draws each scaling curve, as SVG.")
  private @Nullable Path plots;

  @Option(
      names = "--server-jvm",
      paramLabel = "FLAGS",
      description = "Flags of the server's JVM, separated by spaces.",
      defaultValue = "")
  private String serverJvm = "";

  @Option(
      names = "--server-flags",
      paramLabel = "FLAGS",
      description = "Settings of the server, separated by spaces.",
      defaultValue = "")
  private String serverFlags = "";

  @Option(
      names = "--server-jar",
      paramLabel = "FILE",
      description = "The server to measure. Default: the one that was built here.")
  private @Nullable Path serverJar;

  @Option(names = "--no-pin", description = "Leaves it to the system where processes run.")
  private boolean noPin;

  @Option(names = "--keep", description = "Keeps the folder with data, logs and collections.")
  private boolean keep;

  @Option(
      names = {"-v", "--verbose"},
      description = "Prints each round.")
  private boolean verbose;

  /** Numbers of nodes, each once, from small to large. */
  public List<Integer> nodes() {
    return List.copyOf(new TreeSet<>(nodes));
  }

  /** Names of the scenarios; empty: all. */
  List<String> scenarios() {
    return List.copyOf(scenarios);
  }

  public int rounds() {
    return rounds;
  }

  /** Rounds that are not counted, for this many invocations a round. */
  public int warmupRounds(int nodes) {
    if (warmup != null) {
      return warmup;
    }
    int enough = (WARM_UP_INVOCATIONS + nodes - 1) / nodes;
    return Math.min(MOST_WARM_UP_ROUNDS, Math.max(LEAST_WARM_UP_ROUNDS, enough));
  }

  public int seconds() {
    return seconds;
  }

  public int dispatches() {
    return dispatches;
  }

  public int history() {
    return history;
  }

  Optional<Path> json() {
    return Optional.ofNullable(json);
  }

  Optional<Path> markdown() {
    return Optional.ofNullable(markdown);
  }

  Optional<Path> plots() {
    return Optional.ofNullable(plots);
  }

  public List<String> serverJvm() {
    return words(serverJvm);
  }

  public List<String> serverFlags() {
    return words(serverFlags);
  }

  public Optional<Path> serverJar() {
    return Optional.ofNullable(serverJar);
  }

  public boolean pinned() {
    return !noPin;
  }

  public boolean keep() {
    return keep;
  }

  boolean verbose() {
    return verbose;
  }

  /** Returns what is wrong with the options; empty: nothing. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    if (nodes().isEmpty() || nodes().stream().anyMatch(count -> count < 1 || count > MOST_NODES)) {
      faults.add("--nodes: 1 to 19,000 each: a process has room for so many connections");
    }
    for (String name : scenarios) {
      if (Scenarios.named(name).isEmpty()) {
        faults.add("--scenario: " + name + " is none of " + String.join(", ", Scenarios.names()));
      }
    }
    if (rounds < 1) {
      faults.add("--rounds: 1 or more");
    }
    if (warmup != null && warmup < 0) {
      faults.add("--warmup: 0 or more");
    }
    if (seconds < 3) {
      faults.add("--seconds: 3 or more");
    }
    if (dispatches < 10 || history < 1) {
      faults.add("--dispatches: 10 or more; --history: 1 or more");
    }
    return List.copyOf(faults);
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.strip().split("\\s+", -1)).filter(word -> !word.isEmpty()).toList();
  }
}
