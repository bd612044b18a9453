// SPDX-License-Identifier: Apache-2.0
package dev.muster.demo;

import dev.muster.cli.ExitCode;
import dev.muster.proto.operator.v1.CreateJoinTokenResponse;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.ListExecutionsResponse;
import dev.muster.proto.operator.v1.ListInvocationsResponse;
import dev.muster.proto.operator.v1.ListNodesResponse;
import dev.muster.proto.type.v1.InvocationState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The story of the demo: a server, three nodes, and an operator who looks, acts, meets a failure
 * and a danger, and sees that the record cannot be bent. Each command is shown as a user would type
 * it and really run.
 */
final class Demo {
  private static final Pattern AGENT_READY =
      Pattern.compile("agent (\\S+) connected to \\S+ epoch (\\d+)");
  private static final int HOOKS = 3;
  private static final Duration CATALOG_PATIENCE = Duration.ofSeconds(15);
  private static final String RESTART = "restart-service";

  private final Fleet fleet;
  private final Narrator narrator;
  private final long startNanos = System.nanoTime();

  Demo(Fleet fleet, Narrator narrator) {
    this.fleet = fleet;
    this.narrator = narrator;
  }

  /**
   * Plays it.
   *
   * @throws DemoFailedException if something did not go as told
   */
  void play() throws InterruptedException {
    narrator.say("Muster, on this machine, with everything in " + fleet.folder() + ".");
    startServer();
    DemoOperator operator = new DemoOperator(fleet, narrator);
    List<DemoNode> nodes = joinNodes(operator);
    lookAround(operator);
    prepare(operator);
    runOnAll(operator);
    String failed = failOnOne(operator, nodes.get(1));
    confirmDanger(operator);
    refuseOutOfOrder(operator, nodes.get(0), failed);
    narrator.say(
        "That was all in "
            + Duration.ofNanos(System.nanoTime() - startNanos).toSeconds()
            + " s. Server and agents stop now; nothing of it stays.");
  }

  private void startServer() throws InterruptedException {
    narrator.chapter("A server");
    List<String> arguments =
        List.of(
            "server",
            "--data-dir",
            fleet.serverFolder().toString(),
            "--agent-address",
            "127.0.0.1:0",
            "--operator-address",
            "127.0.0.1:0",
            "--metrics-address",
            "off",
            "--drain-timeout",
            "1s",
            "--reconnect-spread",
            "0s");
    narrator.command("muster server --data-dir server --agent-address 127.0.0.1:0 …");
    fleet.startServer(arguments);
    narrator.result("agents connect to    " + fleet.agentAddress() + " (TLS)");
    narrator.result("operators connect to " + fleet.operatorAddress() + " (TLS)");
    narrator.result(
        "its first start made a certificate authority and an admin's token; from here on:");
    narrator.result("export MUSTER_SERVER=" + fleet.operatorAddress());
    narrator.result("export MUSTER_TOKEN_FILE=server/admin-token MUSTER_CA=server/tls/ca.pem");
  }

  private List<DemoNode> joinNodes(DemoOperator operator) throws InterruptedException {
    narrator.chapter("Three nodes join");
    narrator.say(
        "A join token lets a machine in, once, and fixes its labels: a node cannot label itself.\n"
            + "Each agent checks the server against the token before it sends anything.");
    List<DemoNode> nodes = new ArrayList<>();
    List<Program> agents = new ArrayList<>();
    for (String[] each :
        new String[][] {{"web-1", "web", "a"}, {"web-2", "web", "b"}, {"db-1", "db", "a"}}) {
      DemoNode node = fleet.addNode(each[0], each[1]);
      nodes.add(node);
      agents.add(startAgent(operator, node, "role=" + each[1], "zone=" + each[2]));
    }
    narrator.terminal().line("");
    for (Program agent : agents) {
      var ready = agent.awaitReady();
      narrator.result(ready.group(1) + " is connected, in its session number " + ready.group(2));
    }
    awaitCatalogs(operator);
    return nodes;
  }

  private Program startAgent(DemoOperator operator, DemoNode node, String... labels) {
    String role = labels[0];
    String zone = labels[1];
    narrator.command("muster token create --label " + role + " --label " + zone);
    CreateJoinTokenResponse token =
        operator
            .asks(
                CreateJoinTokenResponse.newBuilder(),
                "token",
                "create",
                "--label",
                role,
                "--label",
                zone)
            .build();
    narrator.command(
        "muster agent --name "
            + node.name()
            + " --server "
            + fleet.agentAddress()
            + " --token "
            + token.getSecret().substring(0, 12)
            + "… --state-dir "
            + node.name()
            + "/state --hooks-dir "
            + node.name()
            + "/hooks &");
    return fleet.start(
        node.name(),
        AGENT_READY,
        List.of(
            "agent",
            "--name",
            node.name(),
            "--server",
            fleet.agentAddress(),
            "--token",
            token.getSecret(),
            "--state-dir",
            node.stateFolder().toString(),
            "--hooks-dir",
            node.hooksFolder().toString()));
  }

  /** A session stands before the catalog is there. */
  private static void awaitCatalogs(DemoOperator operator) throws InterruptedException {
    long deadline = System.nanoTime() + CATALOG_PATIENCE.toNanos();
    while (true) {
      var nodes = operator.asks(ListNodesResponse.newBuilder(), "nodes").getNodesList();
      if (nodes.stream().allMatch(node -> node.getActionsCount() >= HOOKS)) {
        return;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new DemoFailedException("the nodes did not tell what they can do");
      }
      Thread.sleep(50);
    }
  }

  private void lookAround(DemoOperator operator) {
    narrator.chapter("What is there");
    operator.types(ExitCode.SUCCESS, "nodes");
    narrator.say("What the nodes can do: three built-ins, and the hooks in examples/hooks.");
    operator.types(ExitCode.SUCCESS, "actions");
  }

  private void prepare(DemoOperator operator) {
    narrator.chapter("PREPARE: look before acting");
    narrator.say(
        "One node is asked, live: what the action takes, what to start from, how things look now.");
    operator.types(ExitCode.SUCCESS, "prepare", "web-1", RESTART);
  }

  private void runOnAll(DemoOperator operator) {
    narrator.chapter("EXECUTE on a cohort");
    operator.types(ExitCode.SUCCESS, "run", "disk-report", "--selector", "zone in (a,b)", "path=/");
  }

  /** Returns the id of the execution in which one node fails. */
  private String failOnOne(DemoOperator operator, DemoNode broken) {
    narrator.chapter("One node fails");
    narrator.say(
        "Somebody has edited web.conf on "
            + broken.name()
            + ". Its service still runs, but cannot start again.");
    broken.breakService();
    operator.types(
        ExitCode.NOT_ALL_SUCCEEDED,
        "run",
        RESTART,
        "--selector",
        "role=web",
        "service=web",
        "grace_seconds:=1",
        "--reason",
        "new web.conf");
    Execution execution =
        operator
            .asks(ListExecutionsResponse.newBuilder(), "executions", "--limit", "1")
            .getExecutions(0);
    narrator.say("What happened there, step by step, and who drove it:");
    operator.types(ExitCode.SUCCESS, "show", execution.getId(), "--node", broken.name());
    return execution.getId();
  }

  private void confirmDanger(DemoOperator operator) {
    narrator.chapter("A danger has to be confirmed");
    narrator.say(
        "rotate-key declares danger HIGH. At a terminal, the size of the cohort is asked for.");
    operator.types(ExitCode.REFUSED, "run", "rotate-key", "--node", "db-1", "service=db");
    operator.types(
        ExitCode.SUCCESS, "run", "rotate-key", "--node", "db-1", "service=db", "--confirm");
  }

  private void refuseOutOfOrder(DemoOperator operator, DemoNode node, String executionId) {
    narrator.chapter("The record cannot be bent");
    Invocation invocation = succeededOn(operator, node, executionId);
    narrator.say(
        node.name()
            + " has reported SUCCEEDED. Now a report arrives with the same node's key that says FAILED.");
    narrator.command(
        "muster agent report --server "
            + fleet.agentAddress()
            + " --state-dir "
            + node.name()
            + "/state "
            + invocation.getId()
            + " failed");
    try {
      StrayReport.Refusal refusal =
          new StrayReport(fleet, node)
              .send(invocation.getId(), InvocationState.INVOCATION_STATE_FAILED);
      narrator.result(refusal.status() + ": " + refusal.sentence());
      refusal.metadata().entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(entry -> narrator.result("  " + entry.getKey() + ": " + entry.getValue()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    narrator.say("Nothing has changed. What ran on this box?");
    operator.types(ExitCode.SUCCESS, "invocations", "--node", node.name());
  }

  private static Invocation succeededOn(DemoOperator operator, DemoNode node, String executionId) {
    return operator
        .asks(ListInvocationsResponse.newBuilder(), "invocations", "--execution", executionId)
        .getInvocationsList()
        .stream()
        .filter(invocation -> invocation.getNodeName().equals(node.name()))
        .filter(i -> i.getState() == InvocationState.INVOCATION_STATE_SUCCEEDED)
        .findFirst()
        .orElseThrow(() -> new DemoFailedException(node.name() + " did not succeed"));
  }
}
