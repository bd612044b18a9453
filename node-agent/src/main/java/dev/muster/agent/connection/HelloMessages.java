// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import com.google.protobuf.ByteString;
import dev.muster.agent.execution.StreamStart;
import dev.muster.agent.execution.WireTimes;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.Hello;
import dev.muster.proto.agent.v1.JournalEntry;
import dev.muster.proto.agent.v1.JournalPage;
import dev.muster.wire.Limits;
import dev.muster.wire.NodeSecretKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Makes the messages that a stream opens with: Hello, and more pages of a long journal. Pure. */
final class HelloMessages {
  private HelloMessages() {}

  /**
   * Returns the messages, in order.
   *
   * @param pages the journal, at least one page
   */
  static List<ConnectRequest> of(
      StreamStart start,
      List<List<JournalEntry>> pages,
      NodeFacts facts,
      NodeSecretKey key,
      ByteString catalogDigest,
      Instant now) {
    List<ConnectRequest> messages = new ArrayList<>();
    messages.add(
        ConnectRequest.newBuilder()
            .setHello(
                Hello.newBuilder()
                    .setProtocolVersion(Limits.PROTOCOL_VERSION)
                    .setNodeId(key.nodeId().toString())
                    .setJournalId(start.journalId())
                    .setLastEpoch(start.lastEpoch())
                    .setInstanceId(facts.instanceId())
                    .setAgentVersion(facts.agentVersion())
                    .setMachineId(facts.machine().id())
                    .putAllFacts(facts.machine().facts())
                    .setSlots(facts.slots())
                    .setCatalogDigest(catalogDigest)
                    .addAllJournal(pages.get(0))
                    .setJournalContinues(pages.size() > 1)
                    .addAllReservations(start.reservations())
                    .setAgentTime(WireTimes.timestamp(now)))
            .build());
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
