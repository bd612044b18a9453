// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.ledger;

import dev.muster.server.audit.AuditDetails;
import dev.muster.server.audit.AuditRecord;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Makes the audit record of an invocation's change: one, however many steps it has. */
final class TransitionAudit {
  private TransitionAudit() {}

  static AuditRecord of(InvocationChange change, Instant now) {
    Invocation after = change.after();
    List<HistoryEntry> evidence = change.evidence();
    HistoryEntry last = evidence.get(evidence.size() - 1);
    AuditDetails details =
        new AuditDetails()
            .add("from", change.before().state().name())
            .add("to", after.state().name())
            .add("driver", last.driver().word())
            .add("epoch", last.epoch());
    if (evidence.size() > 1) {
      details.add("steps", steps(evidence));
    }
    if (!last.reason().isEmpty()) {
      details.add("reason", last.reason());
    }
    return new AuditRecord(
        now,
        "invocation.transition",
        null,
        "",
        after.executionId(),
        after.id(),
        after.nodeId(),
        "",
        null,
        details.json());
  }

  private static List<String> steps(List<HistoryEntry> evidence) {
    List<String> steps = new ArrayList<>(evidence.size());
    for (HistoryEntry line : evidence) {
      steps.add(line.to().name());
    }
    return steps;
  }
}
