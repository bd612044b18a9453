// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.audit;

import dev.muster.server.error.BusException;
import dev.muster.server.error.Category;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.node.NodeId;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records what operators were refused. Waits until the record is durable, so that nobody is told of
 * a refusal that the log does not have. Thread-safe.
 */
public final class RefusalAudit {
  private static final Logger log = LoggerFactory.getLogger(RefusalAudit.class);

  private final Ledger ledger;

  /** Makes an audit of refusals that writes through the ledger. */
  public RefusalAudit(Ledger ledger) {
    this.ledger = ledger;
  }

  /**
   * Records a refusal, if it was a decision: what the server could not do, for want of a store or
   * of the surface, is none.
   *
   * @param verb what was asked for
   * @param mutates whether it would have changed something; of reads only denials are recorded
   */
  public void record(
      RequestedBy by, String projectId, String verb, boolean mutates, BusException refusal) {
    if (!isDecision(mutates, refusal.reason().category())) {
      return;
    }
    try {
      var unused =
          ledger.call(
              tx -> {
                tx.audit(
                    new AuditRecord(
                        tx.now(),
                        verb,
                        by,
                        projectId,
                        id(refusal, "execution_id").map(ExecutionId::new).orElse(null),
                        null,
                        id(refusal, "node_id").map(NodeId::new).orElse(null),
                        refusal.metadata().getOrDefault("action", ""),
                        refusal.reason(),
                        new AuditDetails().add("message", refusal.sentence()).json()));
                return true;
              });
    } catch (BusException e) {
      log.error("the refusal of {} to {} is not in the audit log", verb, by.operatorName(), e);
    }
  }

  private static boolean isDecision(boolean mutates, Category category) {
    return switch (category) {
      case PERMISSION_DENIED -> true;
      case INVALID_ARGUMENT,
          NOT_FOUND,
          FAILED_PRECONDITION,
          ALREADY_EXISTS,
          ABORTED,
          RESOURCE_EXHAUSTED ->
          mutates;
      case UNAUTHENTICATED, OUT_OF_RANGE, DEADLINE_EXCEEDED, UNAVAILABLE, UNIMPLEMENTED, INTERNAL ->
          false;
    };
  }

  private static Optional<UUID> id(BusException refusal, String key) {
    return Optional.ofNullable(refusal.metadata().get(key))
        .flatMap(NodeId::tryParse)
        .map(NodeId::value);
  }
}
