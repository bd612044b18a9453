// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb.node;

import dev.muster.cli.output.Cell;
import dev.muster.cli.output.Sheet;
import dev.muster.cli.output.Style;
import dev.muster.cli.output.Table;
import dev.muster.cli.output.Terminal;
import dev.muster.cli.output.Times;
import dev.muster.proto.operator.v1.Node;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Nodes for people. */
final class NodeTable {
  private NodeTable() {}

  static void print(List<Node> nodes, Instant now, Terminal terminal) {
    if (nodes.isEmpty()) {
      terminal.note("No nodes.");
      return;
    }
    Table table = new Table("NAME", "STATE", "SEEN", "LABELS", "AGENT", "ACTIONS", "WARNINGS");
    for (Node node : nodes) {
      table.row(
          Cell.of(node.getName()),
          state(node),
          Cell.of(seen(node, now)),
          Cell.of(pairs(node.getLabelsMap())),
          Cell.of(node.getAgentVersion()),
          Cell.of(node.getActionsCount()),
          Cell.of(String.join("; ", node.getWarningsList()), Style.WARNING));
    }
    table.printTo(terminal);
  }

  static void printOne(Node node, Instant now, Terminal terminal) {
    new Sheet()
        .fact("Node", node.getName())
        .fact("Id", node.getId())
        .fact("Project", node.getProjectId())
        .fact("State", state(node))
        .fact("Seen", seen(node, now))
        .fact("Connected since", node.hasConnectTime() ? Times.exact(node.getConnectTime()) : "")
        .fact("From", node.getRemoteAddress())
        .fact("Epoch", node.getEpoch() == 0 ? "" : Long.toString(node.getEpoch()))
        .fact("Labels", pairs(node.getLabelsMap()))
        .fact("Facts", pairs(node.getFactsMap()))
        .fact("Slots", node.getSlots() == 0 ? "" : Integer.toString(node.getSlots()))
        .fact("Actions", String.join(", ", node.getActionsList()))
        .fact("Agent", node.getAgentVersion())
        .fact("Machine", node.getMachineId())
        .fact("Clock skew", node.getClockSkewMillis() == 0 ? "" : node.getClockSkewMillis() + " ms")
        .fact("Made", node.hasCreateTime() ? Times.exact(node.getCreateTime()) : "")
        .fact("Warnings", Cell.of(String.join("; ", node.getWarningsList()), Style.WARNING))
        .printTo(terminal);
  }

  /** Returns pairs sorted by key, such as {@code role=web,zone=a}. */
  static String pairs(Map<String, String> pairs) {
    return new TreeMap<>(pairs)
        .entrySet().stream()
            .map(pair -> pair.getKey() + "=" + pair.getValue())
            .collect(Collectors.joining(","));
  }

  private static Cell state(Node node) {
    return switch (node.getState()) {
      case NODE_STATE_REVOKED -> Cell.of("revoked", Style.BAD);
      case NODE_STATE_DISABLED ->
          Cell.of(node.getOnline() ? "disabled" : "disabled, offline", Style.WARNING);
      case NODE_STATE_ACTIVE, NODE_STATE_UNSPECIFIED, UNRECOGNIZED ->
          node.getOnline() ? Cell.of("online", Style.GOOD) : Cell.of("offline", Style.WARNING);
    };
  }

  private static String seen(Node node, Instant now) {
    if (node.getOnline()) {
      return "now";
    }
    return node.hasLastSeenTime() ? Times.ago(node.getLastSeenTime(), now) : "never";
  }
}
