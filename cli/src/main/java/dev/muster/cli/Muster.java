// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.connection.Sleeper;
import dev.muster.cli.error.ErrorReport;
import dev.muster.cli.output.Terminal;
import dev.muster.cli.verb.GlobalOptions;
import dev.muster.cli.verb.VerbContext;
import dev.muster.cli.verb.Verbs;
import dev.muster.cli.watch.Interrupt;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ScopeType;

/** The operator's command line. */
@Command(
    name = "muster",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Muster.Version.class,
    description = "Runs actions on a fleet of nodes, and tells what became of them.",
    footer = {
      "",
      "Settings come from options, then the environment, then ~/.config/muster/cli.properties.",
      "Exit codes: 0 done, 1 not all nodes succeeded, 2 usage, 3 refused by the server,",
      "4 server not reached, 5 unforeseen, 130 detached."
    })
public final class Muster {
  @Mixin private final GlobalOptions options = new GlobalOptions();

  private Muster() {}

  /** Runs the command line and ends the process. */
  public static void main(String... arguments) {
    // What libraries log is nothing to an operator; errors reach them as failures.
    Logger.getLogger("").setLevel(Level.OFF);
    Terminal terminal = Terminal.ofProcess(System.getenv());
    System.exit(run(terminal, System.getenv(), arguments));
  }

  /**
   * Runs the command line and returns its exit code.
   *
   * @param environment where settings are looked up
   */
  public static int run(Terminal terminal, Map<String, String> environment, String... arguments) {
    return run(
        terminal,
        environment,
        Sleeper.REAL,
        new SecureRandom(),
        Interrupt.ShutdownHooks.OF_PROCESS,
        arguments);
  }

  static int run(
      Terminal terminal,
      Map<String, String> environment,
      Sleeper sleeper,
      RandomGenerator random,
      Interrupt.ShutdownHooks hooks,
      String... arguments) {
    Muster muster = new Muster();
    VerbContext context =
        new VerbContext(
            terminal, environment, muster.options, InstantSource.system(), sleeper, random, hooks);
    ErrorReport errors = new ErrorReport(context);
    CommandLine line = new CommandLine(muster);
    new Verbs(context).addTo(line, arguments);
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        // `--input @file` is an input, not a file of arguments.
        .setExpandAtFiles(false)
        .setOut(terminal.writer())
        .setErr(terminal.errorWriter())
        .setParameterExceptionHandler(errors)
        .setExecutionExceptionHandler(errors)
        .execute(arguments);
  }

  /** What {@code --version} prints. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Muster.class.getPackage().getImplementationVersion();
      return new String[] {"muster " + (version == null ? "(unpackaged)" : version)};
    }
  }
}
