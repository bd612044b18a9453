// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import dev.muster.proto.operator.v1.Execution;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TextTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0s",
    "7, 7ms",
    "999, 999ms",
    "1000, 1s",
    "1549, 1.5s",
    "9999, 9.9s",
    "12345, 12s",
    "60000, 1m",
    "61000, 1m 1s",
    "3600000, 1h",
    "7500000, 2h 5m",
    "90000000, 1d 1h",
  })
  void span_hasItsTwoLargestUnits(long millis, String text) {
    assertThat(Times.span(Duration.ofMillis(millis))).isEqualTo(text);
  }

  @Test
  void age_ofTheFuture_isNow() {
    Instant now = Instant.ofEpochSecond(1_000);

    assertThat(Times.ago(Timestamps.fromSeconds(2_000), now)).isEqualTo("now");
    assertThat(Times.ago(Timestamps.fromSeconds(820), now)).isEqualTo("3m ago");
    assertThat(Times.ago(Timestamps.fromMillis(998_100), now)).isEqualTo("1s ago");
  }

  @Test
  void json_isIndented_andKeepsItsDigits() {
    assertThat(IndentedJson.of("{\"a\":[1.10,9007199254740993],\"b\":{},\"c\" : \"x, {y}\\\"\"}"))
        .isEqualTo(
            """
            {
              "a": [
                1.10,
                9007199254740993
              ],
              "b": {},
              "c": "x, {y}\\""
            }""");
  }

  @Test
  void whatIsNotJson_isNoError() {
    assertThat(IndentedJson.of("}}{\"")).isNotEmpty();
    assertThat(IndentedJson.of("")).isEmpty();
    assertThat(IndentedJson.of("\"\\")).isEqualTo("\"\\");
  }

  @Test
  void messages_haveTheNamesOfTheProto_andZeros() {
    assertThat(MessageJson.line(Execution.newBuilder().setId("e").setCohortSize(2).build()))
        .contains("\"cohort_size\":2", "\"skipped_offline\":0", "\"id\":\"e\"")
        .doesNotContain("\n");
  }

  @Test
  void widths_countColumns() {
    assertThat(DisplayWidth.of("日本")).isEqualTo(4);
    assertThat(DisplayWidth.of("e\u0301")).isEqualTo(1);
    assertThat(DisplayWidth.of("😀")).isEqualTo(2);
    assertThat(DisplayWidth.cut("日本語", 4)).isEqualTo("日…");
    assertThat(DisplayWidth.cut("abc", 3)).isEqualTo("abc");
    assertThat(DisplayWidth.cut("abcd", 3)).isEqualTo("ab…");
  }
}
