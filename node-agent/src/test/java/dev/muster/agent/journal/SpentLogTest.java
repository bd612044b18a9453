// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.agent.durable.CrashableFiles;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class SpentLogTest {
  private static final String DAY = "spent/2026-12-07";

  private final CrashableFiles files = new CrashableFiles();
  private final List<InvocationId> ids = Stream.generate(Entries::id).limit(5).toList();

  @Test
  void logCutAnywhere_keepsEveryWholeRecord_andTakesMore() throws IOException {
    SpentLog spent = open();
    for (InvocationId id : ids) {
      spent.addAll(Map.of(id, Entries.EXPIRE));
    }
    byte[] whole = files.contentOf(DAY);
    assertThat(whole).hasSize(100);

    for (int length = 0; length <= whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      files.corrupt(DAY, bytes -> cut);
      SpentLog reopened = open();
      InvocationId more = Entries.id();
      reopened.addAll(Map.of(more, Entries.EXPIRE));
      SpentLog again = open();
      for (int i = 0; i < ids.size(); i++) {
        assertThat(again.contains(ids.get(i)))
            .as("record %d of %d", i, length)
            .isEqualTo(length >= 20 * (i + 1));
      }
      assertThat(again.contains(more)).isTrue();
    }
  }

  @Test
  void damagedRecord_isSkipped_andTheOthersStay() throws IOException {
    SpentLog spent = open();
    for (InvocationId id : ids) {
      spent.addAll(Map.of(id, Entries.EXPIRE));
    }
    files.corrupt(
        DAY,
        bytes -> {
          bytes[45] ^= 1;
          return bytes;
        });

    SpentLog reopened = open();

    assertThat(ids.stream().filter(reopened::contains)).hasSize(4);
    assertThat(reopened.contains(ids.get(2))).isFalse();
  }

  @Test
  void writeThatFailsHalfway_doesNotSpoilTheNext() throws IOException {
    SpentLog spent = open();
    spent.addAll(Map.of(ids.get(0), Entries.EXPIRE));
    files.crashAfter(1);
    try {
      spent.addAll(Map.of(ids.get(1), Entries.EXPIRE));
    } catch (CrashableFiles.Crash e) {
      // Half of the record is there.
    }
    files.crashAfter(Long.MAX_VALUE);

    spent.addAll(Map.of(ids.get(2), Entries.EXPIRE));

    SpentLog reopened = open();
    assertThat(reopened.contains(ids.get(0))).isTrue();
    assertThat(reopened.contains(ids.get(1))).isFalse();
    assertThat(reopened.contains(ids.get(2))).isTrue();
  }

  @Test
  void idSet_isLikeAnyOtherSet() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Set<UUID> model = new HashSet<>();
    IdSet ids = new IdSet();

    for (int i = 0; i < 50_000; i++) {
      UUID id = new UUID(random.nextInt(3), random.nextInt(20_000));
      assertThat(ids.contains(id)).as("seed %d", seed).isEqualTo(model.contains(id));
      assertThat(ids.add(id)).as("seed %d", seed).isEqualTo(model.add(id));
      assertThat(ids.size()).as("seed %d", seed).isEqualTo(model.size());
    }
  }

  private SpentLog open() throws IOException {
    return SpentLog.open(files, "spent", 1_000);
  }
}
