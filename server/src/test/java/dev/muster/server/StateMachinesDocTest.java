// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.execution.ExecutionEvent;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.ExecutionTransitions;
import dev.muster.server.invocation.InvocationEvent;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.InvocationTransitions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * docs/state-machines.md is written from the two tables: {@code -Dmuster.docs.write=true} writes it
 * anew.
 */
final class StateMachinesDocTest {
  private static final Path DOC = Path.of("../docs/state-machines.md").toAbsolutePath().normalize();

  @Test
  void document_isWhatTheTablesSay() throws Exception {
    String expected = render();
    if (Boolean.getBoolean("muster.docs.write")) {
      Files.createDirectories(DOC.getParent());
      Files.writeString(DOC, expected);
    }

    assertThat(DOC).as("rewrite it with -Dmuster.docs.write=true").hasContent(expected);
  }

  private static String render() {
    StringBuilder document =
        new StringBuilder(
            """
            # State machines

            Both machines are closed: what is not drawn is refused. This page is generated from the tables in
            `InvocationTransitions` and `ExecutionTransitions`.

            ## Invocation

            One execution on one node. A report of a node is *applied*, *repeated* (its step is in the history already: nothing
            changes), *noted* (kept in the history, the state stays) or *refused* (with the current state, and the states from
            which it would have been legal).

            | state | settled | may it have run? |
            |---|---|---|
            """);
    for (InvocationState state : InvocationState.values()) {
      document.append(
          "| `%s` | %s | %s |\n".formatted(state, state.isSettled() ? "yes" : "", ran(state)));
    }
    document.append("\n```mermaid\nstateDiagram-v2\n");
    invocationArrows()
        .forEach(
            (arrow, events) ->
                document.append("    %s: %s\n".formatted(arrow, String.join(", ", events))));
    document.append(
        """
        ```

        | from | event | driven by | to |
        |---|---|---|---|
        """);
    for (InvocationState from : InvocationState.values()) {
      for (InvocationEvent event : InvocationEvent.values()) {
        InvocationTransitions.target(from, event)
            .ifPresent(
                to ->
                    document.append(
                        "| `%s` | %s | %s | %s |\n"
                            .formatted(
                                from,
                                words(event),
                                event.isReport() ? "node" : "server",
                                to == from ? "(noted)" : "`" + to + "`")));
      }
    }
    document.append(
        """

        ## Execution

        One dispatch of one action to a cohort. It always carries the count of invocations in every state.

        ```mermaid
        stateDiagram-v2
        """);
    executionArrows()
        .forEach(
            (arrow, events) ->
                document.append("    %s: %s\n".formatted(arrow, String.join(", ", events))));
    document.append(
        """
        ```

        | from | event | to |
        |---|---|---|
        """);
    for (ExecutionState from : ExecutionState.values()) {
      for (ExecutionEvent event : ExecutionEvent.values()) {
        ExecutionTransitions.target(from, event)
            .ifPresent(
                to -> document.append("| `%s` | %s | `%s` |\n".formatted(from, words(event), to)));
      }
    }
    return document.toString();
  }

  private static Map<String, List<String>> invocationArrows() {
    Map<String, List<String>> arrows = new TreeMap<>();
    for (InvocationState from : InvocationState.values()) {
      for (InvocationEvent event : InvocationEvent.values()) {
        InvocationTransitions.target(from, event)
            .filter(to -> to != from)
            .ifPresent(to -> add(arrows, from + " --> " + to, words(event)));
      }
    }
    return arrows;
  }

  private static Map<String, List<String>> executionArrows() {
    Map<String, List<String>> arrows = new TreeMap<>();
    for (ExecutionState from : ExecutionState.values()) {
      for (ExecutionEvent event : ExecutionEvent.values()) {
        ExecutionTransitions.target(from, event)
            .ifPresent(to -> add(arrows, from + " --> " + to, words(event)));
      }
    }
    return arrows;
  }

  private static void add(Map<String, List<String>> arrows, String arrow, String event) {
    arrows.computeIfAbsent(arrow, unknown -> new ArrayList<>()).add(event);
  }

  private static String ran(InvocationState state) {
    return switch (state.ran()) {
      case NO -> "no";
      case MAYBE -> "maybe";
      case YES -> "yes";
      case RECORDED -> "`started` in the record tells";
      case UNKNOWN -> "**unknown**; the truth heals it when it arrives";
    };
  }

  private static String words(Enum<?> event) {
    return event.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
