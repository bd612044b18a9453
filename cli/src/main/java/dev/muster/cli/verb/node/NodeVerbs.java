// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb.node;

import dev.muster.cli.verb.VerbContext;
import picocli.CommandLine;

/** Makes the verbs about nodes and their tokens. */
public final class NodeVerbs {
  private NodeVerbs() {}

  /** Returns the verb that lists nodes. */
  public static CommandLine nodes(VerbContext context) {
    return new CommandLine(new NodesVerb(context));
  }

  /** Returns the verbs about one node. */
  public static CommandLine node(VerbContext context) {
    return new CommandLine(new NodeVerb())
        .addSubcommand(new NodeCreateVerb(context))
        .addSubcommand(new NodeShowVerb(context))
        .addSubcommand(new NodeLabelVerb(context))
        .addSubcommand(new NodeRevokeVerb(context));
  }

  /** Returns the verbs about join tokens. */
  public static CommandLine token(VerbContext context) {
    return new CommandLine(new TokenVerb())
        .addSubcommand(new TokenCreateVerb(context))
        .addSubcommand(new TokenListVerb(context))
        .addSubcommand(new TokenRevokeVerb(context));
  }
}
