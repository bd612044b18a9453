// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LabelSelectorTest {
  private static final Labels WEB_A =
      Labels.of(Map.of("role", "web", "zone", "a", "empty", "", "example.com/tier", "front"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "role=web                               | true",
        "role==web                              | true",
        "role = web                             | true",
        "role=db                                | false",
        "role!=db                               | true",
        "role!=web                              | false",
        "missing!=web                           | true",
        "zone in (a,b)                          | true",
        "zone in (b)                            | false",
        "zone in(a)                             | true",
        "missing in (a)                         | false",
        "zone notin (a,b)                       | false",
        "zone notin (b , c)                     | true",
        "missing notin (a)                      | true",
        "role                                   | true",
        "!role                                  | false",
        "! missing                              | true",
        "empty=                                 | true",
        "empty in (,x)                          | true",
        "role=                                  | false",
        "example.com/tier=front                 | true",
        "role=web,zone in (a,b),!canary,tier!=db| true",
        "role=web,zone=b                        | false",
        "in                                     | false",
        "notin,role                             | false",
        "!in,!notin                             | true",
        "in notin (in)                          | true",
        "index                                  | false",
      })
  void matches(String selector, boolean expected) throws Exception {
    LabelSelector parsed = LabelSelector.parse(selector);

    assertThat(parsed.matches(WEB_A)).isEqualTo(expected);
    assertThat(parsed.matches(WEB_A.asMap())).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``               | 0  | Expected a label key.",
        "`  `             | 2  | Expected a label key.",
        "role=web,        | 9  | Expected a label key.",
        ",role=web        | 0  | Expected a label key.",
        "role web         | 5  | Expected '=', '==', '!=', 'in', 'notin', ',' or the end.",
        "role=web zone=a  | 9  | Expected ',' or the end of the selector.",
        "role===web       | 6  | Expected ',' or the end of the selector.",
        "role!web         | 5  | Expected '=' after '!'.",
        "zone in a        | 8  | Expected '('.",
        "zone in (a       | 10 | Expected ',' or ')'.",
        "zone in (a b)    | 11 | Expected ',' or ')'.",
        "zone in          | 7  | Expected '('.",
        "!!role           | 1  | Expected a label key.",
        "role>5           | 4  | Expected '=', '==', '!=', 'in', 'notin', ',' or the end.",
        "role=wéb         | 6  | Expected ',' or the end of the selector.",
        "-role            | 0  | Bad label: a label key has 1 to 63 letters, digits, '-', '_' and '.', first and last a letter or digit.",
        "a=b,role=-web    | 9  | Bad label: a label value has at most 63 letters, digits, '-', '_' and '.', first and last a letter or digit.",
        "A.com/x          | 0  | Bad label: what is before the '/' of a label key is a DNS name of at most 253 characters.",
      })
  void parse_malformed_tellsWhere(String selector, int offset, String message) {
    MalformedSelectorException error = refusalOf(selector);

    assertThat(error).hasMessage(message);
    assertThat(error.offset()).isEqualTo(offset);
  }

  @Test
  void parse_size_isBounded() {
    String fits = "k,".repeat(2_047) + "kk";

    String tooLong = fits + "k";
    assertThat(fits).hasSize(4_096);
    assertThatCode(() -> LabelSelector.parse(fits)).doesNotThrowAnyException();
    assertThat(refusalOf(tooLong).offset()).isEqualTo(4_096);
  }

  @Test
  void parse_setSize_isBounded() {
    assertThatCode(() -> LabelSelector.parse(set(256))).doesNotThrowAnyException();
    assertThat(refusalOf(set(257))).hasMessage("A set has more than 256 values.");
  }

  @Test
  void everything_matchesAll_andHasNoText() {
    assertThat(LabelSelector.everything().matches(Labels.none())).isTrue();
    assertThat(LabelSelector.everything().matches(WEB_A)).isTrue();
    assertThat(LabelSelector.everything()).hasToString("");
  }

  @Test
  void toString_isOneFormForOneMeaning() throws Exception {
    assertThat(LabelSelector.parse(" zone  in ( b,a,a ) , role==web"))
        .isEqualTo(LabelSelector.parse("zone in (a,b),role=web"))
        .hasToString("zone in (a,b),role in (web)");
  }

  private static String set(int values) {
    return IntStream.range(0, values)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(",", "k in (", ")"));
  }

  private static MalformedSelectorException refusalOf(String selector) {
    MalformedSelectorException error =
        catchThrowableOfType(MalformedSelectorException.class, () -> LabelSelector.parse(selector));
    assertThat(error).as("refusal").isNotNull();
    return error;
  }
}
