// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BusExceptionTest {
  @Test
  void build_carriesEverything() {
    IllegalStateException cause = new IllegalStateException("disk");

    BusException refusal =
        BusException.of(ErrorReason.CAPACITY_EXCEEDED)
            .message("Domain default has 1000 live executions.")
            .with("domain", "default")
            .with("live", 1000)
            .violation("node_ids", "is too long")
            .retryAfter(Duration.ofSeconds(3))
            .holder("project:web", 900)
            .cause(cause)
            .build();

    assertThat(refusal).hasMessage("Domain default has 1000 live executions.").hasCause(cause);
    assertThat(refusal.reason()).isEqualTo(ErrorReason.CAPACITY_EXCEEDED);
    assertThat(refusal.metadata()).isEqualTo(Map.of("domain", "default", "live", "1000"));
    assertThat(refusal.violations()).containsExactly(new FieldViolation("node_ids", "is too long"));
    assertThat(refusal.retryAfter()).contains(Duration.ofSeconds(3));
    assertThat(refusal.quotaHolders()).containsExactly(new Holder("project:web", 900));
  }

  @Test
  void metadata_isCopied() {
    Map<String, String> metadata = new HashMap<>(Map.of("node", "n1"));
    BusException refusal = new BusException(ErrorReason.NODE_NOT_FOUND, "No node n1.", metadata);

    metadata.put("node", "n2");

    assertThat(refusal.metadata()).containsEntry("node", "n1");
    assertThat(refusal.violations()).isEmpty();
    assertThat(refusal.retryAfter()).isEmpty();
  }

  @Test
  void sentence_withoutMessage_isTheReason() {
    assertThat(BusException.of(ErrorReason.NODE_OFFLINE).build().sentence())
        .isEqualTo("NODE_OFFLINE");
  }
}
