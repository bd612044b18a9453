// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.agent.process.ProcessMark;
import dev.muster.proto.type.v1.InvocationState;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

final class EntryFormatTest {
  private final JournalEntry entry =
      Entries.accepted(Entries.id())
          .starting("marker")
          .started(new ProcessMark(1, 2, "boot"))
          .with(Entries.step(InvocationState.INVOCATION_STATE_STARTED));

  @Test
  void entry_comesBackAsItWas() throws CorruptEntryException {
    assertThat(EntryFormat.decode(EntryFormat.encode(entry))).isEqualTo(entry);
  }

  @Test
  void everyChangeOfOneByte_isFound() {
    byte[] whole = EntryFormat.encode(entry);

    for (int i = 0; i < whole.length; i++) {
      byte[] changed = whole.clone();
      changed[i] ^= (byte) 0x40;
      assertThatThrownBy(() -> EntryFormat.decode(changed))
          .as("byte %d", i)
          .isInstanceOf(CorruptEntryException.class);
    }
  }

  @Test
  void everyCut_isFound_andSoIsAnythingThatFollows() {
    byte[] whole = EntryFormat.encode(entry);

    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> EntryFormat.decode(cut))
          .as("length %d", length)
          .isInstanceOf(CorruptEntryException.class);
    }
    assertThatThrownBy(() -> EntryFormat.decode(Arrays.copyOf(whole, whole.length + 1)))
        .isInstanceOf(CorruptEntryException.class);
  }

  @Test
  void anyBytes_areEitherAnEntryOrCorrupt() {
    long seed = System.nanoTime();
    Random random = new Random(seed);

    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = mutated(random);
      try {
        EntryFormat.decode(bytes);
      } catch (CorruptEntryException e) {
        // As it should be.
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + ", round " + round, e);
      }
    }
  }

  /** Bytes whose checksum is right more often than not, so that the fields are reached. */
  private byte[] mutated(Random random) {
    byte[] bytes = EntryFormat.encode(entry);
    int changes = 1 + random.nextInt(8);
    for (int i = 0; i < changes; i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    if (random.nextInt(4) > 0) {
      CRC32C crc = new CRC32C();
      crc.update(bytes, 16, bytes.length - 16);
      ByteBuffer.wrap(bytes)
          .putInt(0, 0x4d55534a)
          .putInt(4, 1)
          .putInt(8, bytes.length - 16)
          .putInt(12, (int) crc.getValue());
    }
    return bytes;
  }
}
