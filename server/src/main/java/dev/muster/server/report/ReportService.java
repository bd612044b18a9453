// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.report;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationEvent;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.ReportedStep;
import dev.muster.server.invocation.Reports;
import dev.muster.server.invocation.StepsDecision;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeStore.SessionRecord;
import dev.muster.server.output.UploadedOutput;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Takes reports of nodes where no session holds the invocation in memory: unary reports, and those
 * whose compare-and-set missed. Reads the row in the commit that changes it. Thread-safe.
 */
public final class ReportService {
  /** A report that quotes no epoch. */
  public static final long NO_EPOCH = 0;

  private final Ledger ledger;
  private final String replica;

  /** Makes the service of one replica. */
  public ReportService(Ledger ledger, String replica) {
    this.ledger = ledger;
    this.replica = replica;
  }

  /**
   * Takes a report without a stream.
   *
   * @param epoch that it quotes, which must be the node's current one, or {@link #NO_EPOCH}
   * @return completes once decided and durable; exceptionally with a {@link BusException}:
   *     INVOCATION_NOT_FOUND, NSK_NODE_MISMATCH, SESSION_SUPERSEDED, INVALID_STATE_TRANSITION for
   *     PREPARED, which needs a stream
   */
  public CompletableFuture<ReportOutcome> unary(
      NodeId node, InvocationId id, List<ReportedStep> steps, long epoch) {
    if (steps.stream().anyMatch(step -> step.event() == InvocationEvent.REPORTED_PREPARED)) {
      return CompletableFuture.failedFuture(
          BusException.of(ErrorReason.MALFORMED_CALLBACK)
              .message("PREPARED can be reported on a session's stream only.")
              .with("invocation_id", id)
              .build());
    }
    return ledger.submit(tx -> decide(tx, node, id, steps, epoch));
  }

  /** Takes a report of a session; it counts only as long as the session is the node's newest. */
  public CompletableFuture<ReportOutcome> ofSession(
      NodeId node, InvocationId id, List<ReportedStep> steps, long epoch) {
    return ledger.submit(tx -> decide(tx, node, id, steps, epoch));
  }

  private ReportOutcome decide(
      LedgerTransaction tx, NodeId node, InvocationId id, List<ReportedStep> steps, long epoch) {
    requireCurrent(tx, node, epoch);
    Invocation invocation =
        tx.store()
            .invocations()
            .find(id)
            .orElseThrow(
                () ->
                    BusException.of(ErrorReason.INVOCATION_NOT_FOUND)
                        .message("There is no invocation " + id + ".")
                        .with("invocation_id", id)
                        .build());
    if (!invocation.nodeId().equals(node)) {
      throw BusException.of(ErrorReason.NSK_NODE_MISMATCH)
          .message("Invocation " + id + " is not of the node whose key was shown.")
          .with("invocation_id", id)
          .with("node_id", node)
          .build();
    }
    StepsDecision decision = Reports.decide(invocation, steps, Driver.NODE, replica, tx.now());
    if (decision instanceof StepsDecision.Apply apply) {
      UploadedOutput.require(tx.store().outputs(), id, apply.change().result());
      tx.change(apply.change());
      return new ReportOutcome.Applied(apply.change().after());
    }
    if (decision instanceof StepsDecision.Repeat repeat) {
      return new ReportOutcome.Repeated(repeat.state());
    }
    StepsDecision.Refuse refuse = (StepsDecision.Refuse) decision;
    return new ReportOutcome.Refused(refuse.state(), refuse.reported(), refuse.legalFrom());
  }

  private static void requireCurrent(LedgerTransaction tx, NodeId node, long epoch) {
    if (epoch == NO_EPOCH) {
      return;
    }
    long current = tx.store().nodes().session(node).map(SessionRecord::epoch).orElse(NO_EPOCH);
    if (epoch != current) {
      throw BusException.of(ErrorReason.SESSION_SUPERSEDED)
          .message("Epoch " + epoch + " is not the node's current one, which is " + current + ".")
          .with("epoch", epoch)
          .with("current_epoch", current)
          .build();
    }
  }
}
