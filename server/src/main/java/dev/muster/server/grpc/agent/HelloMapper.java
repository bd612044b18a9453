// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.agent;

import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.Hello;
import dev.muster.proto.agent.v1.JournalEntry;
import dev.muster.proto.agent.v1.Reservation;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.ReportedStep;
import dev.muster.server.node.Node;
import dev.muster.server.session.AgentHello;
import dev.muster.server.session.AgentHello.JournalItem;
import dev.muster.wire.Limits;
import dev.muster.wire.Sha256;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads how agents open sessions. */
final class HelloMapper {
  private static final int ID_BYTES = 16;

  /** No node comes here by counting sessions; leaves room for those to come. */
  private static final long MAX_EPOCH = 1L << 53;

  private static final String DIED = "AGENT_DIED_IN_RUN";

  private HelloMapper() {}

  /**
   * Reads a Hello of the node whose key was verified.
   *
   * @throws BusException PROTOCOL_UNSUPPORTED, NSK_NODE_MISMATCH, LIMIT_OUT_OF_RANGE,
   *     MALFORMED_CALLBACK
   */
  static AgentHello hello(Hello hello, Node node) {
    if (hello.getProtocolVersion() != Limits.PROTOCOL_VERSION) {
      throw BusException.of(ErrorReason.PROTOCOL_UNSUPPORTED)
          .message(
              "The agent speaks protocol "
                  + hello.getProtocolVersion()
                  + ", this server "
                  + Limits.PROTOCOL_VERSION
                  + "; upgrade the older side.")
          .with("agent_protocol", hello.getProtocolVersion())
          .with("server_protocol", Limits.PROTOCOL_VERSION)
          .build();
    }
    if (!hello.getNodeId().isEmpty() && !hello.getNodeId().equalsIgnoreCase(node.id().toString())) {
      throw BusException.of(ErrorReason.NSK_NODE_MISMATCH)
          .message(
              "The key is node "
                  + node.id()
                  + "'s, and the agent says that it is "
                  + clip(hello.getNodeId())
                  + ".")
          .with("node_id", node.id())
          .build();
    }
    require(hello.getJournalId().size() == ID_BYTES, "journal_id", "has 16 bytes");
    require(hello.getInstanceId().size() == ID_BYTES, "instance_id", "has 16 bytes");
    require(
        hello.getLastEpoch() >= 0 && hello.getLastEpoch() <= MAX_EPOCH,
        "last_epoch",
        "is from 0 to " + MAX_EPOCH);
    require(
        hello.getSlots() >= 1 && hello.getSlots() <= Limits.MAX_SLOTS,
        "slots",
        "is from 1 to " + Limits.MAX_SLOTS);
    require(hello.getCatalogDigest().size() == Sha256.BYTES, "catalog_digest", "has 32 bytes");
    require(
        hello.getAgentVersion().length() <= Limits.VERSION_CHARS, "agent_version", "is too long");
    require(hello.getMachineId().length() <= Limits.MACHINE_ID_CHARS, "machine_id", "is too long");
    requireFacts(hello.getFactsMap());
    require(
        hello.getReservationsCount() <= Limits.MAX_SLOTS,
        "reservations",
        "has at most " + Limits.MAX_SLOTS + " entries");
    return new AgentHello(
        hello.getJournalId().toByteArray(),
        hello.getLastEpoch(),
        hello.getInstanceId().toByteArray(),
        hello.getAgentVersion(),
        hello.getMachineId(),
        hello.getFactsMap(),
        hello.getSlots(),
        Sha256.of(hello.getCatalogDigest().toByteArray()),
        items(hello.getJournalList()),
        hello.getJournalContinues(),
        Wire.instant(hello.hasAgentTime(), hello.getAgentTime()),
        reservations(hello.getReservationsList()));
  }

  private static Set<InvocationId> reservations(List<Reservation> reservations) {
    return reservations.stream()
        .map(reservation -> Malformed.invocationId(reservation.getInvocationId()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Reads entries of a journal. */
  static List<JournalItem> items(List<JournalEntry> entries) {
    List<JournalItem> items = new ArrayList<>(entries.size());
    for (JournalEntry entry : entries) {
      items.add(
          new JournalItem(
              Malformed.invocationId(entry.getInvocationId()),
              entry.getEpoch(),
              readable(entry.getStepsList()),
              entry.getRunning(),
              entry.getStepsList().stream().anyMatch(step -> step.getReason().equals(DIED))));
    }
    return items;
  }

  /**
   * Reads the steps up to the first that cannot be taken: what follows comes again as a callback,
   * which is refused by itself. A journal with one bad entry must not keep its node away.
   */
  private static List<ReportedStep> readable(List<CallbackStep> steps) {
    List<ReportedStep> read = new ArrayList<>(steps.size());
    for (CallbackStep step : steps) {
      try {
        List<ReportedStep> one = StepMapper.steps(List.of(step));
        if (one.stream().anyMatch(ReportedStep::tellsOfUpload)) {
          break; // Whether it is stored is decided about a callback.
        }
        read.addAll(one);
      } catch (BusException e) {
        break;
      }
    }
    return read;
  }

  private static void requireFacts(Map<String, String> facts) {
    require(facts.size() <= Limits.FACTS, "facts", "has at most " + Limits.FACTS + " entries");
    facts.forEach(
        (key, value) -> {
          require(key.length() <= Limits.FACT_KEY_CHARS, "facts", "has a key that is too long");
          require(
              value.length() <= Limits.FACT_VALUE_CHARS, "facts", "has a value that is too long");
        });
  }

  private static void require(boolean holds, String field, String sentence) {
    if (!holds) {
      throw Malformed.outOfRange(field, sentence);
    }
  }

  private static String clip(String text) {
    return text.length() > 64 ? text.substring(0, 64) + "…" : text;
  }
}
