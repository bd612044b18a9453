// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.daemon;

import dev.muster.agent.AgentVersion;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The agent as a program. Without a command it runs the agent. */
@Command(
    name = "agent",
    description = "Makes this machine a node of the fleet.",
    mixinStandardHelpOptions = true,
    versionProvider = AgentMain.Version.class,
    subcommands = {RunCommand.class, ReportCommand.class})
public final class AgentMain {
  private static final List<String> NOT_AN_OPTION_OF_RUN =
      List.of("-h", "--help", "-V", "--version");

  private AgentMain() {}

  /** Runs the program and ends the process. */
  public static void main(String[] arguments) {
    System.exit(execute(arguments));
  }

  /** Runs the program and returns its exit code. */
  static int execute(String... arguments) {
    CommandLine commandLine = new CommandLine(new AgentMain());
    commandLine.setExecutionExceptionHandler(
        (failure, failed, parsed) -> {
          failed.getErr().println(failed.getColorScheme().errorText(String.valueOf(failure)));
          return ExitCode.FAILED.code();
        });
    return commandLine.execute(withCommand(arguments));
  }

  /** {@code agent --config FILE} means {@code agent run --config FILE}. */
  private static String[] withCommand(String[] arguments) {
    boolean asIs =
        arguments.length > 0
            && (!arguments[0].startsWith("-") || NOT_AN_OPTION_OF_RUN.contains(arguments[0]));
    if (asIs) {
      return arguments;
    }
    String[] complete = new String[arguments.length + 1];
    complete[0] = "run";
    System.arraycopy(arguments, 0, complete, 1, arguments.length);
    return complete;
  }

  /** Tells the version. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"muster agent " + AgentVersion.CURRENT};
    }
  }
}
