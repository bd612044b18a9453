// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LinearPatternTest {
  @Test
  void matches_isUnanchored() {
    assertThat(LinearPattern.compile("b").matches("abc")).isTrue();
    assertThat(LinearPattern.compile("^b").matches("abc")).isFalse();
  }

  @Test
  void matches_whatTakesOthersForEver_isQuick() {
    LinearPattern evil = LinearPattern.compile("^(a+)+$");
    String victim = "a".repeat(50_000) + "!";

    assertThat(Assertions.assertTimeout(Duration.ofSeconds(20), () -> evil.matches(victim)))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "abc, 3",
    "a{10}, 10",
    "a{3:9}b, 10",
    "(ab){10}, 40",
    "(a{10}b){10}, 130",
    "[a-z]{255}, 255",
    "[]a]{9}, 9",
    "[^]{5}]b, 2",
    "\\d{4}-\\d{2}, 7",
    "\\({3}, 3",
    "a{x}, 4",
  })
  void cost(String regex, long expected) {
    assertThat(LinearPattern.cost(regex.replace(':', ','))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "((a{1000}){1000}){1000}",
        "(a{1000}b{1000}){2}",
        "(((((((((((a{9}){9}){9}){9}){9}){9}){9}){9}){9}){9}){9}){9}",
        "(",
        "[",
        "a{2001}",
        "(?=a)",
        "(?<!a)",
        "(.)\\1",
        "\\Q(\\E{9}",
        "[[:alpha:]]",
      })
  void compile_refuses(String regex) {
    assertThatIllegalArgumentException().isThrownBy(() -> LinearPattern.compile(regex));
  }

  @Test
  void compile_length_isBounded() {
    assertThatCode(() -> LinearPattern.compile("a".repeat(1_024))).doesNotThrowAnyException();
    assertThatIllegalArgumentException().isThrownBy(() -> LinearPattern.compile("a".repeat(1_025)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        "^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\.){1,8}[a-z]{2,63}$",
        "^.{1,1000}$",
        "\\p{L}+",
      })
  void compile_takesWhatPeopleWrite(String regex) {
    assertThatCode(() -> LinearPattern.compile(regex)).doesNotThrowAnyException();
  }
}
