// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the command line asks for. Filled by picocli, then only read. */
final class ChaosOptions {
  private static final int MOST_NODES = 32;
  private static final double MOST_MINUTES = 24 * 60;
  private static final double MILLIS_PER_MINUTE = 60_000;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      description =
          "Where chance begins. The same seed asks for the same work and the same faults; what meets what is"
              + " still the machine's choice. Default: a random one.")
  private @Nullable Long seed;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "How long faults go on; fractions are fine. Default: ${DEFAULT-VALUE}.",
      defaultValue = "2")
  private double minutes;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "How many agents. Default: ${DEFAULT-VALUE}.",
      defaultValue = "6")
  private int nodes;

  @Option(
      names = "--lose-writes",
      description =
          "Tears the server's log at each kill, behind all that was durable, as a power cut does.")
  private boolean loseWrites;

  @Option(names = "--keep", description = "Keeps the evidence also when all went well.")
  private boolean keep;

  /** Returns the plan of the run. */
  ChaosPlan plan() {
    return new ChaosPlan(
        seed == null ? ThreadLocalRandom.current().nextLong(1_000_000_000) : seed,
        Duration.ofMillis((long) (minutes * MILLIS_PER_MINUTE)),
        nodes,
        loseWrites,
        keep);
  }

  /** Returns what is wrong with the options; empty: nothing. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    if (!(minutes > 0 && minutes <= MOST_MINUTES)) {
      faults.add("--minutes: more than 0, at most 1440");
    }
    if (nodes < 1 || nodes > MOST_NODES) {
      faults.add("--nodes: 1 to " + MOST_NODES);
    }
    return List.copyOf(faults);
  }
}
