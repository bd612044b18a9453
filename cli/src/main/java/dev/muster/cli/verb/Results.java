// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import com.google.protobuf.MessageOrBuilder;
import dev.muster.cli.output.Terminal;

/** Prints a result that is one message. */
public final class Results {
  private Results() {}

  /** Prints it: for people in their own way, for machines as it is. */
  public static void print(VerbContext context, MessageOrBuilder message, Runnable forPeople) {
    Terminal terminal = context.terminal();
    switch (context.format()) {
      case TABLE -> forPeople.run();
      case JSON -> terminal.document(message);
      case JSONL -> terminal.jsonLine(message);
    }
  }
}
