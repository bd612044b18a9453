// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import dev.muster.bench.Arguments;
import java.util.OptionalInt;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code muster chaos}: breaks a fleet of its own for some minutes and says whether every promise
 * was kept. Ends with 0 if so, with 1 on a violation or when it could not be judged, with 2 on a
 * fault in the command line. Whatever happens, nothing that it started keeps running.
 */
@Command(
    name = "muster chaos",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a server and agents of its own, gives them work, and breaks them: processes are killed and stopped, also"
          + " within milliseconds of a command or a report, connections cut, held up, stranded and slowed, the store locked,"
          + " journals lost, restored and cloned. Then compares what the server says with what the hooks wrote down"
          + " themselves.",
      "",
      "Prints its seed first. Keeps the evidence where a promise was broken."
    })
public final class ChaosMain {
  private static final int BROKEN = 1;

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
    OptionalInt over = Arguments.read(main, main.options::faults, arguments);
    if (over.isPresent()) {
      return over.getAsInt();
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
