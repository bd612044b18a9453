// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.muster.server.invocation.Result;
import dev.muster.wire.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What goes into a column comes back. */
final class StoredValuesTest {
  @Test
  void ids_sortAsTheirBytesDo() {
    UUID low = new UUID(1, Long.MAX_VALUE);
    UUID high = new UUID(Long.MIN_VALUE, 0);

    assertThat(StoredIds.id(StoredIds.bytes(high))).isEqualTo(high);
    assertThat(Arrays.compareUnsigned(StoredIds.bytes(low), StoredIds.bytes(high))).isNegative();
    assertThat(StoredIds.DESCENDING.compare(low, high)).isPositive();
  }

  @Test
  void instants_areKeptToTheMicrosecond() {
    Instant time = Instant.parse("2026-11-01T00:00:00.123456789Z");
    Instant early = Instant.parse("1969-12-31T23:59:59.000001Z");

    assertThat(StoredTimes.instant(StoredTimes.micros(time)))
        .isEqualTo(Instant.parse("2026-11-01T00:00:00.123456Z"));
    assertThat(StoredTimes.instant(StoredTimes.micros(early))).isEqualTo(early);
  }

  @Test
  void durations_areKeptToTheMicrosecond() {
    assertThat(StoredTimes.duration(StoredTimes.micros(Duration.ofMillis(-1_500))))
        .isEqualTo(Duration.ofMillis(-1_500));
    assertThat(StoredTimes.duration(StoredTimes.micros(Duration.ofNanos(1_999))))
        .isEqualTo(Duration.ofNanos(1_000));
  }

  @Test
  void maps_comeBack() {
    Map<String, String> texts = Map.of("a\"b", "ü\n\0", "empty", "");
    Map<String, List<String>> choices = Map.of("zone", List.of("a", "b"), "none", List.of());

    assertThat(StoredMaps.texts(StoredMaps.json(texts))).isEqualTo(texts);
    assertThat(StoredMaps.choices(StoredMaps.json(choices))).isEqualTo(choices);
    assertThat(StoredMaps.texts(StoredMaps.json(Map.of()))).isEmpty();
  }

  @Test
  void emptyResult_comesBack() {
    assertThat(ResultCodec.decode(ResultCodec.encode(Result.EMPTY)))
        .usingRecursiveComparison()
        .isEqualTo(Result.EMPTY);
  }

  @Test
  void exitCodeZero_isNotAbsent() {
    Result result =
        new Result(
            "null".getBytes(UTF_8),
            null,
            OptionalInt.of(0),
            new Result.Output(new byte[] {0, -1}, 2, false, 0, new byte[32]),
            Result.Output.NONE);

    assertThat(ResultCodec.decode(ResultCodec.encode(result)))
        .usingRecursiveComparison()
        .isEqualTo(result);
  }

  @Test
  void damagedBytes_areRefused() {
    byte[] damaged = {(byte) 0xff, (byte) 0xff};

    assertThatIllegalStateException().isThrownBy(() -> ResultCodec.decode(damaged));
    assertThatIllegalStateException()
        .isThrownBy(() -> CatalogCodec.decode(Sha256.hash(damaged), damaged));
  }
}
