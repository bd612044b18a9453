// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.audit.AuditRecord;
import dev.muster.server.audit.AuditStore.Numbered;
import dev.muster.server.error.ErrorReason;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the audit log promises. */
abstract class AuditStoreContract extends StoreContract {
  private static final AuditRecord DENIAL =
      new AuditRecord(
          Samples.NOW,
          "execution.dispatch",
          Samples.ALICE,
          "default",
          null,
          null,
          null,
          "app.deploy",
          ErrorReason.ROLE_REQUIRED,
          "{\"role\":\"admin\"}");
  private static final AuditRecord TRANSITION =
      new AuditRecord(
          Samples.NOW,
          "invocation.transition",
          null,
          "default",
          Samples.executionId(1),
          Samples.invocationId(2),
          Samples.nodeId(3),
          "uptime",
          null,
          "");

  @Test
  void after_returnsRecordsInOrder_numberedFromOne() {
    store().write(tx -> tx.audit().append(List.of(DENIAL, TRANSITION)));
    store().write(tx -> tx.audit().append(List.of(DENIAL)));

    assertThat(after(0, 10))
        .containsExactly(
            new Numbered(1, DENIAL), new Numbered(2, TRANSITION), new Numbered(3, DENIAL));
    assertThat(after(1, 1)).containsExactly(new Numbered(2, TRANSITION));
    assertThat(after(3, 10)).isEmpty();
  }

  @Test
  void append_ofNothing_isHarmless() {
    store().write(tx -> tx.audit().append(List.of()));

    assertThat(after(0, 10)).isEmpty();
  }

  private List<Numbered> after(long sequence, int limit) {
    return store().read(tx -> tx.audit().after(sequence, limit));
  }
}
