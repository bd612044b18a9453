// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids and names, and that no text is both. */
final class NodeIdentityTest {
  private static final String UUID_TEXT = "01935a2b-7c4d-7e8f-9a0b-1c2d3e4f5a6b";

  @Test
  void id_canonicalText_roundTrips() {
    assertThat(NodeId.tryParse(UUID_TEXT).orElseThrow()).hasToString(UUID_TEXT);
    assertThat(NodeId.tryParse(UUID_TEXT.toUpperCase(java.util.Locale.ROOT)))
        .isEqualTo(NodeId.tryParse(UUID_TEXT));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1-1-1-1-1",
        "01935a2b7c4d7e8f9a0b1c2d3e4f5a6b",
        "01935a2b-7c4d-7e8f-9a0b-1c2d3e4f5a6g",
        "01935a2b-7c4d-7e8f-9a0b-1c2d3e4f5a6b ",
        "01935a2b-7c4d-7e8f-9a0b1-c2d3e4f5a6b"
      })
  void id_otherText_isNone(String text) {
    assertThat(NodeId.tryParse(text)).isEmpty();
  }

  @Test
  void id_ordersAsItsText() {
    Random random = new Random(1);
    List<NodeId> ids =
        Stream.generate(() -> new NodeId(new UUID(random.nextLong(), random.nextLong())))
            .limit(1_000)
            .toList();

    assertThat(ids.stream().sorted().map(NodeId::toString)).isSorted();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "0", "web-1", "0a", "a--b"})
  void name_dnsLabel_isTaken(String text) {
    assertThat(NodeName.tryParse(text)).contains(new NodeName(text));
  }

  @Test
  void name_length_isBounded() {
    assertThat(NodeName.tryParse("a".repeat(63))).isPresent();
    assertThat(NodeName.tryParse("a".repeat(64))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-a", "a-", "A", "a.b", "a_b", "a b", "é", UUID_TEXT})
  void name_otherText_isRefused(String text) {
    assertThat(NodeName.tryParse(text)).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> new NodeName(text));
  }
}
