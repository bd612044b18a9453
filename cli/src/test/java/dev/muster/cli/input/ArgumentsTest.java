// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class ArgumentsTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0, 0",
    "0s, 0, 0",
    "30s, 30, 0",
    "5m, 300, 0",
    "1h30m, 5400, 0",
    "2d, 172800, 0",
    "1d2h3m4s5ms, 93784, 5000000",
    "1500ms, 1, 500000000",
  })
  void span_isReadInUnits(String text, long seconds, int nanos) {
    assertThat(new DurationArgument().convert(text))
        .isEqualTo(Duration.newBuilder().setSeconds(seconds).setNanos(nanos).build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "-5s", "5x", "m", "1m1h", "1.5h", "99999999999s", "5 s"})
  void whatIsNoSpan_isRefused(String text) {
    assertThatThrownBy(() -> new DurationArgument().convert(text))
        .isInstanceOf(TypeConversionException.class);
  }

  @Test
  void portion_isACountOrPercent() {
    Portion count = new Portion.Argument().convert("3");
    Portion percent = new Portion.Argument().convert("20%");

    assertThat(List.of(count.count(), count.percentage())).containsExactly(3, 0);
    assertThat(List.of(percent.count(), percent.percentage())).containsExactly(0, 20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "%", "-1", "0%", "101%", "x", "1.5"})
  void whatIsNoPortion_isRefused(String text) {
    assertThatThrownBy(() -> new Portion.Argument().convert(text))
        .isInstanceOf(TypeConversionException.class);
  }

  @Test
  void labelChanges_setAndRemove() {
    LabelChange change = LabelChange.parse(List.of("role=web", "zone-", "empty=", "a=b-"));

    assertThat(change.set()).isEqualTo(Map.of("role", "web", "empty", "", "a", "b-"));
    assertThat(change.remove()).containsExactly("zone");
  }

  @ParameterizedTest
  @ValueSource(strings = {"role", "=web", "-", "role=a role=b", "role=a role-"})
  void whatChangesNoLabel_isRefused(String changes) {
    assertThatThrownBy(() -> LabelChange.parse(List.of(changes.split(" ", -1))))
        .isInstanceOf(InputException.class);
  }
}
