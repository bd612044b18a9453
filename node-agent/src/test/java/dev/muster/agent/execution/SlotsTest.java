// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.agent.journal.InvocationId;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class SlotsTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

  private final InvocationId a = id();
  private final InvocationId b = id();
  private final InvocationId c = id();

  @Test
  void noMoreThanTheSlots_runAtOnce() {
    Slots slots = new Slots(2);

    assertThat(slots.tryTake(a, "", NOW)).isTrue();
    assertThat(slots.tryTake(b, "", NOW)).isTrue();
    assertThat(slots.tryTake(c, "", NOW)).isFalse();
    slots.release(a);
    assertThat(slots.tryTake(c, "", NOW)).isTrue();
  }

  @Test
  void twoOfOneGroup_neverRunAtOnce() {
    Slots slots = new Slots(4);

    assertThat(slots.tryTake(a, "web", NOW)).isTrue();
    assertThat(slots.tryTake(b, "web", NOW)).isFalse();
    assertThat(slots.tryTake(c, "db", NOW)).isTrue();
    slots.release(a);
    assertThat(slots.tryTake(b, "web", NOW)).isTrue();
  }

  @Test
  void reservation_keepsRoomForItsOwner_untilItLapses() {
    Slots slots = new Slots(1);
    slots.tryReserve(a, NOW.plusSeconds(10), NOW);

    assertThat(slots.tryTake(b, "", NOW)).isFalse();
    assertThat(slots.reservations(NOW)).hasSize(1);
    assertThat(slots.tryTake(b, "", NOW.plusSeconds(10))).isTrue();
    assertThat(slots.reservations(NOW.plusSeconds(10))).isEmpty();
  }

  @Test
  void reservation_isUsedUpByItsOwner() {
    Slots slots = new Slots(1);
    slots.tryReserve(a, NOW.plusSeconds(10), NOW);

    assertThat(slots.tryTake(a, "", NOW)).isTrue();
    slots.release(a);
    assertThat(slots.tryTake(b, "", NOW)).isTrue();
  }

  @Test
  void reservations_areNoMoreThanTheSlots() {
    Slots slots = new Slots(1);

    assertThat(slots.tryReserve(a, NOW.plusSeconds(10), NOW)).isTrue();
    assertThat(slots.tryReserve(a, NOW.plusSeconds(20), NOW)).isTrue();
    assertThat(slots.tryReserve(b, NOW.plusSeconds(10), NOW)).isFalse();
    slots.giveUp(a);
    assertThat(slots.tryReserve(b, NOW.plusSeconds(10), NOW)).isTrue();
  }

  @Test
  void anySequence_keepsBothPromises() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int count = 1 + random.nextInt(5);
    Slots slots = new Slots(count);
    List<InvocationId> ids = Stream.generate(SlotsTest::id).limit(10).toList();
    Map<InvocationId, String> running = new HashMap<>();
    Instant now = NOW;

    for (int i = 0; i < 20_000; i++) {
      InvocationId id = ids.get(random.nextInt(ids.size()));
      String group = random.nextBoolean() ? "" : "g" + random.nextInt(2);
      switch (random.nextInt(4)) {
        case 0 -> {
          if (!running.containsKey(id) && slots.tryTake(id, group, now)) {
            running.put(id, group);
          }
        }
        case 1 -> {
          slots.release(id);
          running.remove(id);
        }
        case 2 -> slots.tryReserve(id, now.plusSeconds(random.nextInt(5)), now);
        default -> now = now.plusSeconds(1);
      }
      Set<String> groups = new HashSet<>();
      assertThat(running.size()).as("seed %d", seed).isLessThanOrEqualTo(count);
      assertThat(slots.running()).as("seed %d", seed).isEqualTo(running.size());
      assertThat(running.values().stream().filter(g -> !g.isEmpty()).allMatch(groups::add))
          .as("seed %d", seed)
          .isTrue();
    }
  }

  private static InvocationId id() {
    return new InvocationId(UUID.randomUUID());
  }
}
