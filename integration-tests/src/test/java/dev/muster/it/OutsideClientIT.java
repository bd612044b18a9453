// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import dev.muster.it.fleet.AgentProcess;
import dev.muster.it.fleet.FleetHarness;
import dev.muster.it.fleet.OutsideClient;
import dev.muster.it.fleet.OutsideClient.Answer;
import dev.muster.it.fleet.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A client that no one here wrote, in another language, that knows nothing but what reflection
 * tells it: the dialogue of the README and of docs/grpcurl.md, command by command as printed there.
 */
final class OutsideClientIT {
  @RegisterExtension static final FleetHarness fleet = new FleetHarness();

  private static final Pattern ID = Pattern.compile("\"id\":\\s*\"([0-9a-f-]{36})\"");
  private static final Pattern INVOCATION =
      Pattern.compile("\"invocations\":\\s*\\[\\s*\\{\\s*\"id\":\\s*\"([0-9a-f-]{36})\"");
  private static final Pattern DETAIL =
      Pattern.compile("\"type\":\\s*\"google.rpc.ErrorInfo\",\\s*\"value\":\\s*\"([^\"]+)\"");

  private static AgentProcess agent;

  @BeforeAll
  static void startAgent() {
    agent = fleet.agent("web-1").label("role", "web").start();
    var unused = fleet.operator().awaitOnline("web-1", List.of("echo"));
  }

  @Test
  void dialogueOfTheReadme_works() throws IOException {
    List<Answer> answers = runAll("README.md");

    assertThat(answers).allMatch(answer -> answer.code() == 0);
    assertThat(outputsOf(answers, "list"))
        .singleElement()
        .asString()
        .contains("muster.operator.v1.ExecutionService");
    assertThat(outputsOf(answers, "WatchExecution"))
        .singleElement()
        .asString()
        .contains("EXECUTION_STATE_SUCCEEDED");
  }

  @Test
  void dialogueOfTheDocumentation_works() throws IOException {
    List<Answer> answers = runAll("docs/grpcurl.md");

    assertThat(outputsOf(answers, "list").get(0))
        .contains("grpc.health.v1.Health")
        .contains("grpc.reflection.v1.ServerReflection")
        .contains("grpc.reflection.v1alpha.ServerReflection")
        .contains("muster.operator.v1.ExecutionService")
        .doesNotContain("muster.agent.v1");
    assertThat(outputsOf(answers, "list").get(1))
        .contains("muster.agent.v1.AgentService")
        .doesNotContain("muster.operator.v1");
    assertThat(outputsOf(answers, "Check")).singleElement().asString().contains("SERVING");
    assertThat(outputsOf(answers, "ListNodes")).singleElement().asString().contains("web-1");
    assertThat(outputsOf(answers, "ListActions")).singleElement().asString().contains("\"echo\"");
    assertThat(outputsOf(answers, "PrepareAction"))
        .singleElement()
        .asString()
        .contains("prepareToken");
    assertThat(outputsOf(answers, "WatchExecution"))
        .singleElement()
        .asString()
        .contains("EXECUTION_STATE_SUCCEEDED");
    assertThat(outputsOf(answers, "GetExecution"))
        .singleElement()
        .asString()
        .contains("9007199254740993");
    assertThat(outputsOf(answers, "GetInvocation"))
        .singleElement()
        .asString()
        .contains("9007199254740993")
        .contains("INVOCATION_STATE_DISPATCHED");
    assertThat(reasonsOf(answers, "DispatchExecution")).containsExactly("", "MALFORMED_SELECTOR");
    assertThat(reasonsOf(answers, "CancelExecution")).containsExactly("EXECUTION_ALREADY_TERMINAL");
    assertThat(reasonsOf(answers, "ReportInvocation"))
        .containsExactly("INVALID_STATE_TRANSITION REPEATED", "INVALID_STATE_TRANSITION REFUSED");
  }

  private static List<Answer> runAll(String document) throws IOException {
    OutsideClient client = new OutsideClient(fleet);
    Map<String, String> variables = new HashMap<>();
    variables.put("CA", fleet.server().caFile().toString());
    variables.put(
        "T", "authorization: Bearer " + Files.readString(fleet.server().adminTokenFile()).strip());
    variables.put("K", "authorization: Bearer " + agent.nodeSecretKey());
    List<Answer> answers = new ArrayList<>();
    for (String command : OutsideClient.commandsIn(Programs.home().resolve(document))) {
      Answer answer = client.run(command, variables);
      answers.add(answer);
      if (answer.method().equals("DispatchExecution") && answer.code() == 0) {
        variables.put("EXECUTION", first(ID, answer.output()));
      }
      if (answer.method().equals("WatchExecution")) {
        variables.put("INVOCATION", first(INVOCATION, answer.output()));
      }
    }
    return answers;
  }

  private static List<String> outputsOf(List<Answer> answers, String method) {
    return answers.stream()
        .filter(answer -> answer.method().equals(method))
        .map(Answer::output)
        .toList();
  }

  private static List<String> reasonsOf(List<Answer> answers, String method) {
    return answers.stream()
        .filter(answer -> answer.method().equals(method))
        .map(OutsideClientIT::reason)
        .toList();
  }

  private static String reason(Answer answer) {
    if (answer.code() == 0) {
      return "";
    }
    try {
      ErrorInfo info =
          ErrorInfo.parseFrom(
              Base64.getDecoder()
                  .decode(
                      first(DETAIL, answer.output())
                          .getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
      return (info.getReason() + " " + info.getMetadataOrDefault("outcome", "")).strip();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("the detail cannot be read: " + answer, e);
    }
  }

  private static String first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
    return matcher.group(1);
  }
}
