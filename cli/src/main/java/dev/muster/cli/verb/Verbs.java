// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import dev.muster.cli.verb.node.NodeVerbs;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.HelpCommand;

/**
 * All verbs, by name. Making one takes some ten milliseconds of reflection, so a command line that
 * begins with a verb makes only that one.
 */
public final class Verbs {
  private final Map<String, Supplier<CommandLine>> verbs = new LinkedHashMap<>();

  /** Lists the verbs in the order in which help shows them. */
  public Verbs(VerbContext context) {
    verbs.put("nodes", () -> NodeVerbs.nodes(context));
    verbs.put("node", () -> NodeVerbs.node(context));
    verbs.put("token", () -> NodeVerbs.token(context));
    add("actions", () -> new ActionsVerb(context));
    add("prepare", () -> new PrepareVerb(context));
    add("run", () -> new RunVerb(context));
    add("executions", () -> new ExecutionsVerb(context));
    add("invocations", () -> new InvocationsVerb(context));
    add("show", () -> new ShowVerb(context));
    add("watch", () -> new WatchVerb(context));
    add("output", () -> new OutputVerb(context));
    add("cancel", () -> new CancelVerb(context));
    add("pause", () -> new PauseVerb(context));
    add("resume", () -> new ResumeVerb(context));
    add("retry", () -> new RetryVerb(context));
    add("help", HelpCommand::new);
  }

  /** Adds to a command line the verbs that these arguments need. */
  public void addTo(CommandLine muster, String... arguments) {
    Supplier<CommandLine> only = arguments.length == 0 ? null : verbs.get(arguments[0]);
    if (only != null && !arguments[0].equals("help")) {
      muster.addSubcommand(arguments[0], only.get());
    } else {
      verbs.forEach((name, verb) -> muster.addSubcommand(name, verb.get()));
    }
    layOut(muster);
  }

  /** Help shows a verb's own options first, in the order in which it has them. */
  private static void layOut(CommandLine line) {
    line.getCommandSpec().usageMessage().abbreviateSynopsis(true).sortOptions(false);
    line.getSubcommands().values().forEach(Verbs::layOut);
  }

  private void add(String name, Supplier<Object> verb) {
    verbs.put(name, () -> new CommandLine(verb.get()));
  }
}
