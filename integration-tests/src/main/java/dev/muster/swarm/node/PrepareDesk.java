// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import com.google.protobuf.ByteString;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.Prepare;
import dev.muster.proto.agent.v1.PrepareResult;
import dev.muster.proto.type.v1.ResultError;
import java.util.Optional;
import java.util.UUID;

/**
 * Answers PREPARE: a description to an operator, and for an invocation PREPARED, with room kept, or
 * REJECTED. Confined to the event loop.
 */
final class PrepareDesk {
  private static final ByteString NOTHING = ByteString.copyFromUtf8("{}");

  private final NodeParts parts;

  PrepareDesk(NodeParts parts) {
    this.parts = parts;
  }

  /** Returns what an operator is told of an action. */
  PrepareResult describe(Prepare prepare) {
    PrepareResult.Builder result = PrepareResult.newBuilder().setRequestId(prepare.getRequestId());
    return prepare.getAction().equals(NodeCatalog.ACTION)
        ? result.setInputSchemaJson(NodeCatalog.SCHEMA).setInitialPayloadJson(NOTHING).build()
        : result
            .setError(
                ResultError.newBuilder()
                    .setCode("ACTION_NOT_DECLARED")
                    .setMessage("This node does not declare " + prepare.getAction() + "."))
            .build();
  }

  /** Gets ready for an invocation; empty where that is known already, or is none. */
  Optional<Report> getReady(Prepare prepare, NodeRuns runs) {
    return NodeRuns.uuid(prepare.getInvocationId())
        .filter(id -> !runs.isKnown(id))
        .map(id -> new Readiness(prepare, id, runs));
  }

  private CallbackStep answer(Prepare prepare, UUID id, NodeRuns runs) {
    if (!prepare.getAction().equals(NodeCatalog.ACTION)) {
      return parts.steps.rejected(
          "ACTION_NOT_DECLARED", "This node does not declare " + prepare.getAction() + ".");
    }
    boolean reserved =
        runs.reservations()
            .tryReserve(id, prepare.getReserveUntil(), parts.slots, parts.serverTime.nowMillis());
    return reserved
        ? parts.steps.prepared()
        : parts.steps.rejected("NO_SLOT", "All slots are kept for others.");
  }

  /** Whether a node is ready: told once, and not kept in the journal. */
  private final class Readiness extends Report {
    private final UUID uuid;
    private final NodeRuns runs;

    Readiness(Prepare prepare, UUID uuid, NodeRuns runs) {
      super(prepare.getInvocationId());
      this.uuid = uuid;
      this.runs = runs;
      steps.add(answer(prepare, uuid, runs));
    }

    @Override
    void onAcknowledged() {}

    @Override
    void onRefusedForGood() {
      runs.reservations().giveUp(uuid);
    }
  }
}
