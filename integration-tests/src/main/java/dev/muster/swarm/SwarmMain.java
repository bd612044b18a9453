// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm;

import dev.muster.swarm.control.ProcessFigures;
import dev.muster.swarm.node.Counters;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code muster swarm}: runs a swarm until it is stopped, or as long as whoever drives it wants.
 */
@Command(
    name = "muster swarm",
    description = {
      "Runs many nodes in one process, against a server of yours: each has a key, a connection and a session of its own,"
          + " and offers the action swarm.noop, which takes any object.",
      "",
      "  muster token create --max-uses 1000 --label fleet=swarm      prints a join token",
      "  muster swarm --nodes 1000 --identities swarm.keys --join-token mjt_…",
      "  muster run swarm.noop -l fleet=swarm",
      "",
      "The nodes stay known to the server; revoke them when they are of no use any more.",
      ""
    },
    mixinStandardHelpOptions = true)
public final class SwarmMain implements Callable<Integer> {
  private static final int USAGE = 2;
  private static final int FAILED = 1;
  private static final int STATUS_SECONDS = 5;

  @Mixin private final SwarmOptions options = new SwarmOptions();

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private SwarmMain() {}

  /** Runs a swarm and ends the process. */
  public static void main(String... arguments) {
    System.exit(new CommandLine(new SwarmMain()).execute(arguments));
  }

  @Override
  public Integer call() throws ExecutionException, InterruptedException {
    List<String> faults = options.faults();
    if (!faults.isEmpty()) {
      faults.forEach(System.err::println);
      return USAGE;
    }
    try (SwarmProgram program = new SwarmProgram(options)) {
      (options.control ? System.err : out).println("seed " + program.seed());
      if (options.control) {
        SwarmControl.of(program)
            .run(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), out);
      } else {
        run(program);
      }
      return 0;
    } catch (IOException e) {
      System.err.println(e.getMessage());
      return FAILED;
    }
  }

  private void run(SwarmProgram program)
      throws IOException, ExecutionException, InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(stopped::countDown, "swarm-stop"));
    int enrolled = program.enroll(options.nodes);
    out.println(options.nodes + " of " + enrolled + " nodes connect to " + options.server + ".");
    var unused = program.beginToConnect(options.nodes);
    while (!stopped.await(STATUS_SECONDS, TimeUnit.SECONDS)) {
      out.println(status(program.swarm().figures().get()));
    }
  }

  private static String status(Swarm.Figures figures) throws IOException {
    Counters.Seen counted = figures.counted();
    return String.format(
        Locale.ROOT,
        "connected %d/%d  executes %d  acked %d  refused %d  reconnects %d  rss %d MB",
        figures.ready(),
        figures.nodes(),
        counted.executes(),
        counted.acknowledged(),
        counted.refusals(),
        counted.disconnects(),
        ProcessFigures.residentKilobytes() >> 10);
  }
}
