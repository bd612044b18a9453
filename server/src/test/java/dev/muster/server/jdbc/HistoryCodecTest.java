// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.InvocationState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HistoryCodecTest {
  @Test
  void everyStateAndDriver_comesBack() {
    List<HistoryEntry> entries = new ArrayList<>();
    for (InvocationState from : InvocationState.values()) {
      for (Driver driver : Driver.values()) {
        entries.add(
            new HistoryEntry(
                from,
                InvocationState.LOST,
                Samples.NOW,
                driver,
                "replica-1",
                Long.MAX_VALUE,
                "JOURNAL_LOST",
                Samples.NOW.minusSeconds(3),
                2));
      }
    }

    assertThat(HistoryCodec.decode(HistoryCodec.encode(entries))).isEqualTo(entries);
  }

  @Test
  void whatIsAbsent_comesBackAbsent() {
    HistoryEntry bare =
        new HistoryEntry(
            null, InvocationState.PENDING, Instant.EPOCH, Driver.DISPATCH, "", 0, "", null, 0);

    assertThat(HistoryCodec.encode(bare)).isEqualTo("1||PE|0|D|||||\n");
    assertThat(HistoryCodec.decode(HistoryCodec.encode(bare))).containsExactly(bare);
  }

  @Test
  void agentTime_beforeTheEpoch_comesBack() {
    HistoryEntry old = withReason("", Instant.parse("1969-12-31T23:59:59.999999Z"));

    assertThat(HistoryCodec.decode(HistoryCodec.encode(old))).containsExactly(old);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "|",
        "\n",
        "\\",
        "\\n",
        "\\|",
        "|||||||||",
        "\0",
        "\r\n",
        "a\n1||PE|0|D|||||\n",
        "ü🜲",
        "\\e\\b"
      })
  void hostileText_comesBack_andAddsNoLine(String reason) {
    HistoryEntry hostile = withReason(reason, null);
    HistoryEntry next = withReason("next", null);

    String lines = HistoryCodec.encode(hostile) + HistoryCodec.encode(next);

    assertThat(lines.chars().filter(c -> c == '\n')).hasSize(2);
    assertThat(HistoryCodec.decode(lines)).containsExactly(hostile, next);
  }

  @Test
  void noLines_areNoEntries() {
    assertThat(HistoryCodec.decode("")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1||PE|0|D|||||", // no end
        "2||PE|0|D|||||\n", // another version
        "1||XX|0|D|||||\n", // no state
        "1||PE|0|Q|||||\n", // no driver
        "1||PE|0|D||||\n", // too few fields
        "1||PE||D|||||\n", // no time
        "1||PE|0|D|\\x||||\n", // no such escape
        "1||PE|0|D|\\||||\n" // half an escape
      })
  void damagedLines_areRefused(String lines) {
    assertThatIllegalStateException().isThrownBy(() -> HistoryCodec.decode(lines));
  }

  private static HistoryEntry withReason(String reason, @Nullable Instant agentTime) {
    return new HistoryEntry(
        InvocationState.DISPATCHED,
        InvocationState.REJECTED,
        Samples.NOW,
        Driver.NODE,
        "r|1",
        7,
        reason,
        agentTime,
        1);
  }
}
