// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class SpentIdsTest {
  private final SpentIds spent = new SpentIds();

  @Test
  void addedIds_areThere_andOthersAreNot() {
    List<UUID> ids = Stream.generate(UUID::randomUUID).limit(10_000).toList();

    ids.forEach(spent::add);

    assertThat(ids).allMatch(spent::contains);
    assertThat(Stream.generate(UUID::randomUUID).limit(1_000)).noneMatch(spent::contains);
  }

  @Test
  void oldestIds_areForgotten_newestAreNot() {
    UUID first = UUID.randomUUID();
    spent.add(first);

    for (int i = 0; i < 1_100_000; i++) {
      spent.add(new UUID(i + 1, 1));
    }

    assertThat(spent.contains(first)).isFalse();
    assertThat(spent.contains(new UUID(1_100_000, 1))).isTrue();
    assertThat(spent.contains(new UUID(700_000, 1))).isTrue();
  }
}
