// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.execution;

import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.type.v1.InvocationState;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What one line can tell about an invocation beyond its state. */
final class InvocationDetail {
  private static final String HOOK_EXIT_NONZERO = "HOOK_EXIT_NONZERO";

  private InvocationDetail() {}

  static String of(Invocation invocation) {
    if (invocation.getState() == InvocationState.INVOCATION_STATE_SUCCEEDED) {
      return invocation.getDataJson().isEmpty()
          ? firstLine(invocation.getStdoutText())
          : invocation.getDataJson().strip();
    }
    return States.isSettled(invocation.getState()) ? trouble(invocation) : underWay(invocation);
  }

  private static String trouble(Invocation invocation) {
    List<String> parts = new ArrayList<>();
    if (invocation.getState() == InvocationState.INVOCATION_STATE_CANCELLED) {
      parts.add(invocation.getStarted() ? "had started" : "never started");
    }
    String code = firstOf(invocation.getReason(), invocation.getResult().getError().getCode());
    String message =
        firstOf(invocation.getResult().getError().getMessage(), invocation.getMessage());
    String lastWords = lastLine(invocation.getStderrText());
    // The exit code has a column of its own; what the hook said last tells more.
    String sentence =
        code.equals(HOOK_EXIT_NONZERO) ? firstOf(lastWords, message) : firstOf(message, lastWords);
    if (!code.isEmpty()) {
      parts.add(sentence.isEmpty() ? code : code + ":");
    }
    parts.add(sentence);
    if (invocation.getStillRunning()) {
      parts.add("(its process could not be stopped and still runs)");
    }
    return String.join(" ", parts).strip();
  }

  private static String underWay(Invocation invocation) {
    if (invocation.getCancelRequested()) {
      return "cancel requested, the node has not answered";
    }
    return invocation.hasPercent() ? invocation.getPercent() + " %" : "";
  }

  private static String firstOf(String... texts) {
    return Stream.of(texts).filter(text -> !text.isEmpty()).findFirst().orElse("");
  }

  private static String firstLine(String text) {
    return text.lines().filter(line -> !line.isBlank()).findFirst().orElse("");
  }

  private static String lastLine(String text) {
    return text.lines().filter(line -> !line.isBlank()).reduce("", (before, line) -> line);
  }
}
