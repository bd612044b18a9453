// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

final class LineConversationTest {
  private final LineConversation conversation =
      new LineConversation()
          .on(
              "add A B",
              words ->
                  JsonLine.ok()
                      .with(
                          "sum",
                          LineConversation.number(words.get(0), 0, 10)
                              + LineConversation.number(words.get(1), 0, 10)))
          .on(
              "fail",
              words -> {
                throw new IOException("no \"luck\"\nat all \\ here");
              })
          .on(
              "fail-later",
              words -> {
                throw new ExecutionException(new IllegalStateException("node n-1 has stopped"));
              });

  private List<String> answersTo(String input) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    conversation.run(
        new BufferedReader(new StringReader(input)),
        new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void eachCommand_hasOneAnswer_inOrder() throws Exception {
    assertThat(answersTo("add 1 2\n\n  add  3   4 \nquit\nadd 1 1\n"))
        .containsExactly("{\"ok\":true,\"sum\":3}", "{\"ok\":true,\"sum\":7}", "{\"ok\":true}");
  }

  @Test
  void endOfInput_endsIt() throws Exception {
    assertThat(answersTo("add 1 2")).hasSize(1);
  }

  @Test
  void unknownCommand_isAnswered_withThoseThatAre() throws Exception {
    assertThat(answersTo("subtract 1 2"))
        .singleElement()
        .asString()
        .startsWith("{\"ok\":false,\"error\":\"unknown command subtract")
        .contains("add A B", "quit");
  }

  @Test
  void wrongNumberOfWords_isAnsweredWithTheUsage() throws Exception {
    assertThat(answersTo("add 1")).containsExactly("{\"ok\":false,\"error\":\"usage: add A B\"}");
  }

  @Test
  void numberOutOfBounds_isAnsweredWithThem() throws Exception {
    assertThat(answersTo("add 1 11\nadd x 1"))
        .containsExactly(
            "{\"ok\":false,\"error\":\"11 is not a number from 0 to 10\"}",
            "{\"ok\":false,\"error\":\"x is not a number from 0 to 10\"}");
  }

  @Test
  void failure_isAnsweredAsText_andTheConversationGoesOn() throws Exception {
    assertThat(answersTo("fail\nfail-later\nadd 1 2"))
        .containsExactly(
            "{\"ok\":false,\"error\":\"no \\\"luck\\\"\\u000aat all \\\\ here\"}",
            "{\"ok\":false,\"error\":\"node n-1 has stopped\"}",
            "{\"ok\":true,\"sum\":3}");
  }
}
