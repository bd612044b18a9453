// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.Hello;
import dev.muster.proto.agent.v1.JournalEntry;
import dev.muster.proto.agent.v1.JournalPage;
import dev.muster.wire.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Makes the messages that a stream opens with: Hello, and more pages of a long journal. */
final class Hellos {
  private static final String VERSION = "swarm";
  private static final Map<String, String> FACTS = Map.of("kind", "swarm");

  private Hellos() {}

  static List<ConnectRequest> of(
      SwarmNode node, NodeParts parts, NodeRuns runs, JournalPages journal) {
    List<List<JournalEntry>> pages = journal.pages();
    ConnectRequest hello =
        ConnectRequest.newBuilder()
            .setHello(
                Hello.newBuilder()
                    .setProtocolVersion(Limits.PROTOCOL_VERSION)
                    .setNodeId(node.nodeId())
                    .setJournalId(node.journalId())
                    .setLastEpoch(node.lastEpoch())
                    .setInstanceId(parts.instanceId)
                    .setAgentVersion(VERSION)
                    .putAllFacts(FACTS)
                    .setSlots(parts.slots)
                    .setCatalogDigest(NodeCatalog.DIGEST)
                    .addAllJournal(pages.get(0))
                    .setJournalContinues(pages.size() > 1)
                    .addAllReservations(runs.reservations().live(parts.serverTime.nowMillis()))
                    .setAgentTime(parts.steps.now()))
            .build();
    if (pages.size() == 1) {
      return List.of(hello);
    }
    List<ConnectRequest> messages = new ArrayList<>();
    messages.add(hello);
    for (int i = 1; i < pages.size(); i++) {
      messages.add(
          ConnectRequest.newBuilder()
              .setJournalPage(
                  JournalPage.newBuilder()
                      .addAllJournal(pages.get(i))
                      .setContinues(i + 1 < pages.size()))
              .build());
    }
    return messages;
  }
}
