// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/**
 * {@code muster chaos}: breaks a fleet of its own for some minutes and says whether every promise
 * was kept. Ends with 0 if so, with 1 on a violation or when it could not be judged, with 2 on a
 * fault in the command line. Whatever happens, nothing that it started keeps running.
 */
@Command(
    name = "muster chaos",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a server and agents of its own, gives them work, and breaks them: processes are killed and stopped, connections"
          + " cut, held up and slowed, journals lost, restored and cloned. Then compares what the server says with what the"
          + " hooks wrote down themselves.",
      "",
      "Prints its seed first. Keeps the evidence where a promise was broken."
    })
public final class ChaosMain {
  private static final int BROKEN = 1;
  private static final int USAGE = 2;

  @Mixin private final ChaosOptions options = new ChaosOptions();

  private ChaosMain() {}

  /** Breaks, judges, and ends the process. */
  public static void main(String... arguments) {
    // What libraries log is no evidence.
    Logger.getLogger("").setLevel(Level.OFF);
    System.exit(run(arguments));
  }

  private static int run(String... arguments) {
    ChaosMain main = new ChaosMain();
    CommandLine commandLine = new CommandLine(main);
    try {
      commandLine.parseArgs(arguments);
    } catch (ParameterException e) {
      System.err.println(e.getMessage());
      return USAGE;
    }
    if (commandLine.isUsageHelpRequested()) {
      commandLine.usage(System.out);
      return 0;
    }
    List<String> faults = main.options.faults();
    if (!faults.isEmpty()) {
      faults.forEach(System.err::println);
      return USAGE;
    }
    try {
      Verdict verdict = Chaos.run(main.options.plan(), System.out);
      return verdict.isClean() ? 0 : BROKEN;
    } catch (ChaosFailedException e) {
      System.err.println("The breaker failed: " + e.getMessage());
      return BROKEN;
    }
  }
}
