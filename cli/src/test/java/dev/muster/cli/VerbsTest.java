// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.muster.cli.Cli.Outcome;
import dev.muster.cli.fake.FakeServer;
import dev.muster.proto.operator.v1.CancelExecutionRequest;
import dev.muster.proto.operator.v1.CreateJoinTokenRequest;
import dev.muster.proto.operator.v1.CreateNodeRequest;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.ListExecutionsRequest;
import dev.muster.proto.operator.v1.ListInvocationsRequest;
import dev.muster.proto.operator.v1.ListNodesRequest;
import dev.muster.proto.operator.v1.Node;
import dev.muster.proto.operator.v1.NodeState;
import dev.muster.proto.operator.v1.PauseExecutionRequest;
import dev.muster.proto.operator.v1.PrepareActionResponse;
import dev.muster.proto.operator.v1.Presence;
import dev.muster.proto.operator.v1.ResumeExecutionRequest;
import dev.muster.proto.operator.v1.RetryExecutionRequest;
import dev.muster.proto.operator.v1.UpdateNodeRequest;
import dev.muster.proto.type.v1.Danger;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.proto.type.v1.Result;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class VerbsTest {
  private final FakeServer server = FakeServer.start();
  private final Cli cli = Cli.of(server);

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void nodes_areListedWithStateAndLabels() {
    server.fleet().addNode("web-1", Map.of("zone", "a", "role", "web"));
    server
        .fleet()
        .putNode(
            Node.newBuilder()
                .setName("db-1")
                .setState(NodeState.NODE_STATE_DISABLED)
                .addWarnings("two machines use this key")
                .build());

    Outcome outcome = cli.run("nodes", "-l", "role=web", "--online");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out().lines())
        .satisfiesExactly(
            head -> assertThat(head).startsWith("NAME   STATE"),
            db ->
                assertThat(db).contains("disabled, offline", "never", "two machines use this key"),
            web -> assertThat(web).contains("web-1  online", "role=web,zone=a", "0.1.0"));
    assertThat(server.received(ListNodesRequest.class).get(0).getSelector()).isEqualTo("role=web");
    assertThat(server.received(ListNodesRequest.class).get(0).getPresence())
        .isEqualTo(Presence.PRESENCE_ONLINE);
  }

  @Test
  void nodes_areReadPageByPage() {
    for (int i = 0; i < 450; i++) {
      server.fleet().addNode("node-" + i, Map.of());
    }

    Outcome lines = cli.run("nodes", "-o", "jsonl");
    Outcome document = cli.run("nodes", "-o", "json");

    assertThat(lines.out().lines()).hasSize(450);
    assertThat(JsonParser.parseString(document.out()).getAsJsonObject().getAsJsonArray("nodes"))
        .hasSize(450);
    assertThat(server.received(ListNodesRequest.class)).hasSize(6);
  }

  @Test
  void hostileNode_cannotDriveTheTerminal() {
    server.fleet().addNode("evil\u001b[2J\u202e", Map.of("a", "\u009b31m\r\n"));

    Outcome outcome = cli.run("nodes");

    assertThat(outcome.out())
        .contains("evil\\x1b[2J\\u{202e}", "a=\\x9b31m\\r\\n")
        .doesNotContain("\u001b");
  }

  @Test
  void node_isShown_labelled_andRevoked() {
    server.fleet().addNode("web-1", Map.of("zone", "a"));

    assertThat(cli.run("node", "show", "web-1").out()).contains("Labels:", "zone=a");
    assertThat(cli.run("node", "label", "web-1", "role=web", "zone-").out()).contains("role=web");
    assertThat(cli.run("node", "revoke", "web-1", "--confirm").out()).contains("Revoked web-1.");

    assertThat(server.received(UpdateNodeRequest.class))
        .singleElement()
        .satisfies(
            update -> {
              assertThat(update.getSetLabelsMap()).isEqualTo(Map.of("role", "web"));
              assertThat(update.getRemoveLabelsList()).containsExactly("zone");
              assertThat(update.getRequestId()).isNotEmpty();
            });
  }

  @Test
  void revoking_isConfirmedByTypingTheName() {
    server.fleet().addNode("web-1", Map.of());

    assertThat(cli.run("node", "revoke", "web-1").exitCode()).isEqualTo(2);
    assertThat(cli.typing("web-2\n").run("node", "revoke", "web-1").exitCode()).isEqualTo(2);
    assertThat(server.received()).isEmpty();
    assertThat(cli.typing("web-1\n").run("node", "revoke", "web-1").exitCode()).isZero();
  }

  @Test
  void createdNode_showsItsKeyOnce() {
    Outcome outcome = cli.run("node", "create", "db-1", "--label", "role=db", "--label", "zone=b");

    assertThat(outcome.out()).contains("db-1", "nsk_secret");
    assertThat(server.received(CreateNodeRequest.class).get(0).getLabelsMap())
        .isEqualTo(Map.of("role", "db", "zone", "b"));
  }

  @Test
  void joinToken_isMade_withTheWholeJoinCommand() {
    Outcome outcome =
        cli.run(
            "token",
            "create",
            "--label",
            "role=web",
            "--choice",
            "zone=a,b",
            "--ttl",
            "30m",
            "--max-uses",
            "5",
            "--agent-address",
            "bus.example:7443");

    assertThat(outcome.out())
        .contains("0 of 5", "muster agent --server bus.example:7443 --token mjt_secret");
    assertThat(server.received(CreateJoinTokenRequest.class))
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.getTtl().getSeconds()).isEqualTo(1800);
              assertThat(request.getLabelChoicesOrThrow("zone").getValuesList())
                  .containsExactly("a", "b");
            });
  }

  @Test
  void joinTokens_areListedAndRevoked() {
    cli.run("token", "create");
    String id =
        JsonParser.parseString(cli.run("token", "list", "-o", "jsonl").out())
            .getAsJsonObject()
            .get("id")
            .getAsString();

    assertThat(cli.run("token", "list").out()).contains(id, "open", "0 of 1");
    assertThat(cli.run("token", "revoke", id).out()).contains("Revoked join token " + id);
    assertThat(cli.run("token", "list").out()).contains("revoked");
  }

  @Test
  void actions_areListedWithDangerAndReach() {
    server.fleet().addNode("web-1", Map.of());
    server.fleet().addAction("rotate-key", Danger.DANGER_HIGH);

    assertThat(cli.run("actions").out()).containsPattern("rotate-key +hook +HIGH +1 +1");
  }

  @Test
  void prepare_showsFieldsDefaultsAndState() {
    server
        .fleet()
        .prepared(
            "restart",
            PrepareActionResponse.newBuilder()
                .setInputSchemaJson(
                    """
                    {"type": "object", "required": ["service"], "properties": {
                      "service": {"enum": ["nginx", "app"], "description": "Which one."},
                      "grace": {"type": "integer", "default": 5}}}
                    """)
                .setInitialPayloadJson("{\"service\":\"nginx\",\"grace\":5}")
                .setCurrentStateJson("{\"pid\":4711}")
                .build());

    Outcome outcome = cli.run("prepare", "web-1", "restart");

    assertThat(outcome.out())
        .containsPattern("service +nginx\\|app +yes +Which one\\.")
        .containsPattern("grace +integer +5")
        .contains(
            "To start from:\n  {\n    \"service\": \"nginx\"", "Now:\n  {\n    \"pid\": 4711");
  }

  @Test
  void executions_areFiltered_andTheListSaysThatThereIsMore() {
    server.fleet().addNode("web-1", Map.of());
    for (int i = 0; i < 3; i++) {
      cli.run("run", "restart", "-n", "web-1", "--detach", "--reason", "INC-" + i);
    }

    Outcome outcome =
        cli.run(
            "executions",
            "--state",
            "failed,SUCCEEDED",
            "--action",
            "restart",
            "--node",
            "web-1",
            "--since",
            "12h",
            "--limit",
            "2");

    assertThat(outcome.out()).contains("INC-0", "INC-1").doesNotContain("INC-2");
    assertThat(outcome.err()).contains("There are more");
    assertThat(server.received(ListExecutionsRequest.class))
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.getStatesList())
                  .containsExactly(
                      ExecutionState.EXECUTION_STATE_FAILED,
                      ExecutionState.EXECUTION_STATE_SUCCEEDED);
              assertThat(request.getNodeId()).isEqualTo("web-1");
              assertThat(request.hasCreatedAfter()).isTrue();
            });
  }

  @Test
  void invocationsOfANode_tellWhatRanOnIt() {
    server.fleet().addNode("web-1", Map.of());
    server
        .fleet()
        .outcome(
            "web-1",
            i -> i.setState(InvocationState.INVOCATION_STATE_REJECTED).setReason("NODE_OFFLINE"));
    cli.run("run", "restart", "-n", "web-1", "--detach");

    Outcome outcome = cli.run("invocations", "--node", "web-1", "--state", "REJECTED");

    assertThat(outcome.out()).contains("restart", "REJECTED", "NODE_OFFLINE");
    assertThat(server.received(ListInvocationsRequest.class).get(0).getStatesList())
        .containsExactly(InvocationState.INVOCATION_STATE_REJECTED);
    assertThat(cli.run("invocations").exitCode()).isEqualTo(2);
  }

  @Test
  void show_takesExecutionsAndInvocations() {
    server.fleet().addNode("web-1", Map.of());
    server
        .fleet()
        .outcome(
            "web-1",
            i ->
                i.setStdoutText("out\n")
                    .setStderrText("err\n")
                    .setResult(Result.newBuilder().setExitCode(0)));
    String id = cli.run("run", "restart", "-n", "web-1", "--detach", "a:=1").out().strip();
    String invocation = server.fleet().invocations(id).get(0).getId();

    assertThat(cli.run("show", id).out()).contains("Input:", "{\"a\":1}", "web-1  SUCCEEDED");
    assertThat(cli.run("show", invocation).out())
        .contains("Output:\n  out", "Error output:\n  err", "History:", "+240ms")
        .containsPattern("DISPATCHED +SUCCEEDED +node");
    assertThat(cli.run("show", id, "--node", "web-1").out()).contains("Invocation:", invocation);
    assertThat(cli.run("show", id, "--node", "web-9").exitCode()).isEqualTo(2);
    assertThat(cli.run("show", "nothing").exitCode()).isEqualTo(3);
  }

  @Test
  void cancel_tellsHowFarItGot() {
    server.fleet().addNode("web-1", Map.of());
    String id = cli.run("run", "restart", "-n", "web-1", "--detach").out().strip();

    Outcome outcome = cli.run("cancel", id, "--reason", "wrong fleet");

    assertThat(outcome.out()).contains("CANCELLING: 1 SUCCEEDED.");
    assertThat(outcome.err()).contains("muster watch " + id);
    assertThat(server.received(CancelExecutionRequest.class).get(0).getReason())
        .isEqualTo("wrong fleet");
  }

  @Test
  void pauseAndResume_tellWhereItStands() {
    server.fleet().addNode("web-1", Map.of());
    String id = cli.run("run", "restart", "-n", "web-1", "--detach").out().strip();

    Outcome paused = cli.run("pause", id, "--reason", "lunch");
    assertThat(paused.out()).contains("PAUSED: 1 SUCCEEDED.");
    assertThat(paused.err()).contains("muster resume " + id);
    assertThat(server.received(PauseExecutionRequest.class).get(0).getReason()).isEqualTo("lunch");
    Outcome resumed = cli.run("resume", id);
    assertThat(resumed.out()).contains("RUNNING: 1 SUCCEEDED.");
    assertThat(server.received(ResumeExecutionRequest.class).get(0).getRequestId()).isNotEmpty();
  }

  @Test
  void retry_namesStates_andIsANewExecutionThatTellsItsSource() {
    server.fleet().addNode("web-1", Map.of());
    String id = cli.run("run", "restart", "-n", "web-1", "--detach").out().strip();

    Outcome outcome = cli.run("retry", id, "--state", "LOST,timed-out", "--confirm", "--detach");

    String retry = outcome.out().strip();
    assertThat(retry).isNotEqualTo(id);
    assertThat(cli.run("show", retry).out()).contains("Retries:", id);
    assertThat(server.received(RetryExecutionRequest.class).get(0))
        .satisfies(
            request -> {
              assertThat(request.getStatesList())
                  .containsExactly(
                      InvocationState.INVOCATION_STATE_LOST,
                      InvocationState.INVOCATION_STATE_TIMED_OUT);
              assertThat(request.getConfirmed()).isTrue();
            });
  }

  @Test
  void missingNode_isRefusedWithItsName() {
    Outcome outcome = cli.run("node", "show", "web-9");

    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.err())
        .contains(
            "There is no node web-9.", "NODE_NOT_FOUND", "node: web-9", "correlation id: corr-2");
  }
}
