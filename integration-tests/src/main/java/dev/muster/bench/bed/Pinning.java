// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.bed;

import dev.muster.bench.BenchFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Which processors the processes run on: servers on one core, swarms and the bench itself on
 * another, so that neither side's work is taken for the other's.
 *
 * @param servers what goes before the command of a server
 * @param clients what goes before the command of a swarm
 */
public record Pinning(List<String> servers, List<String> clients) {
  /** Wherever the system puts them. */
  static final Pinning OFF = new Pinning(List.of(), List.of());

  private static final Pinning TWO_CORES =
      new Pinning(List.of("taskset", "-c", "0"), List.of("taskset", "-c", "1"));

  public Pinning {
    servers = List.copyOf(servers);
    clients = List.copyOf(clients);
  }

  /** Chooses by what there is: {@code taskset} and two processors. */
  static Pinning choose(boolean wanted) {
    boolean possible =
        Runtime.getRuntime().availableProcessors() >= 2
            && Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "taskset")));
    return wanted && possible ? TWO_CORES : OFF;
  }

  /** Whether processes are pinned at all. */
  public boolean isOn() {
    return !clients.isEmpty();
  }

  /** Moves the bench itself, with all its threads, to the clients' core. */
  public void pinSelf() {
    if (!isOn()) {
      return;
    }
    String pid = String.valueOf(ProcessHandle.current().pid());
    try {
      Process taskset =
          new ProcessBuilder("taskset", "-acp", "1", pid)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!taskset.waitFor(5, TimeUnit.SECONDS) || taskset.exitValue() != 0) {
        throw new BenchFailedException("taskset refused to pin the bench: try --no-pin");
      }
    } catch (IOException e) {
      throw new BenchFailedException("taskset could not be started: try --no-pin", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
