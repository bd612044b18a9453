// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StrictJsonTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        " { } ",
        "[]",
        "[1,2 , 3]",
        "\t\r\n \"text\"",
        "9007199254740993",
        "-0",
        "-0.5e+10",
        "1E-2",
        "true",
        "false",
        "null",
        "\"\\u00e9\\ud83d\\ude00\\n\\/é😀\"",
        "{\"a\":{\"a\":[{\"a\":1}]},\"b\":\"a\"}",
        "{\"\":0}"
      })
  void checkValue_accepts(String text) {
    assertThatCode(() -> StrictJson.checkValue(utf8(text), 1_000)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "``               | 0 | ``      | The JSON ends too early.",
        "` `              | 1 | ``      | The JSON ends too early.",
        "{} {}            | 3 | ``      | There is something after the end of the JSON value.",
        "[1,]             | 3 | /1      | Expected a JSON value.",
        "{\"a\":1,}       | 7 | ``      | Expected a name in double quotes.",
        "{\"a\" 1}        | 5 | /a      | Expected ':'.",
        "{\"a\":[0,{\"b\":x}]} | 13 | /a/1/b | Expected a JSON value.",
        "{\"a/~\":tru}    | 7 | /a~1~0  | Expected a JSON value.",
        "[1 2]            | 3 | /0      | Expected ',' or ']'.",
        "{\"a\":1 \"b\"}  | 7 | /a      | Expected ',' or '}'.",
        "{\"a\":1,\"a\":2}| 7 | /a      | The name is in its object twice.",
        "{\"a\":1,\"\\u0061\":2}| 7 | /a | The name is in its object twice.",
        "01               | 1 | ``      | There is something after the end of the JSON value.",
        "+1               | 0 | ``      | Expected a JSON value.",
        "-x               | 1 | ``      | Expected a digit.",
        "1.x              | 2 | ``      | Expected a digit.",
        "1e               | 2 | ``      | The JSON ends too early.",
        "NaN              | 0 | ``      | Expected a JSON value.",
        "`\"\\x\"`        | 1 | ``      | Unknown escape in a string.",
        "`\"\\ud800\"`    | 1 | ``      | A surrogate escape has no partner.",
        "`\"\\udc00\"`    | 1 | ``      | A surrogate escape has no partner.",
        "`\"\\ud800\\u0041\"` | 1 | ``  | A surrogate escape has no partner.",
        "`\"\\u12g4\"`    | 5 | ``      | Expected four hex digits.",
        "`\"abc`          | 4 | ``      | The JSON ends too early.",
        "[/*c*/1]         | 1 | /0      | Expected a JSON value.",
        "{'a':1}          | 1 | ``      | Expected a name in double quotes.",
      })
  void checkValue_refuses(String text, int offset, String pointer, String message) {
    StrictJsonException error = refusalOf(utf8(text));

    assertThat(error).hasMessage(message);
    assertThat(error.offset()).isEqualTo(offset);
    assertThat(error.pointer()).isEqualTo(pointer);
  }

  @Test
  void checkValue_rawControlCharacter_isRefused() {
    assertThat(refusalOf(utf8("\"a\nb\""))).hasMessageContaining("control character");
    assertThat(refusalOf(utf8("\"a\0b\""))).hasMessageContaining("control character");
  }

  @Test
  void checkValue_invalidUtf8_isRefused() {
    int[][] sequences = {
      {0x80},
      {0xbf},
      {0xc0, 0x80},
      {0xc1, 0xbf},
      {0xc2},
      {0xc2, 0x22},
      {0xe0, 0x9f, 0xbf},
      {0xed, 0xa0, 0x80},
      {0xef, 0xbf},
      {0xf0, 0x8f, 0xbf, 0xbf},
      {0xf4, 0x90, 0x80, 0x80},
      {0xf5, 0x80, 0x80, 0x80},
      {0xff}
    };
    for (int[] sequence : sequences) {
      byte[] text = new byte[sequence.length + 2];
      text[0] = '"';
      for (int i = 0; i < sequence.length; i++) {
        text[i + 1] = (byte) sequence[i];
      }
      text[text.length - 1] = '"';

      assertThat(refusalOf(text)).hasMessage("The text is not valid UTF-8.");
    }
  }

  @Test
  void checkValue_byteOrderMark_isRefused() {
    assertThat(refusalOf(utf8("\ufeff{}")).offset()).isZero();
  }

  @Test
  void checkValue_depth_isBounded() {
    String atBound = "[".repeat(64) + "]".repeat(64);
    String mixed = "{\"a\":[".repeat(32) + "1" + "]}".repeat(32);
    String above = "[".repeat(65) + "]".repeat(65);
    String farAbove = "[".repeat(100_000);

    assertThatCode(() -> StrictJson.checkValue(utf8(atBound), 1_000)).doesNotThrowAnyException();
    assertThatCode(() -> StrictJson.checkValue(utf8(mixed), 1_000)).doesNotThrowAnyException();
    assertThat(refusalOf(utf8(above))).hasMessage("The JSON nests deeper than 64 levels.");
    assertThat(refusalOf(utf8(farAbove)).offset()).isEqualTo(64);
  }

  @Test
  void checkValue_size_isBounded() {
    byte[] text = utf8("\"" + "a".repeat(98) + "\"");

    assertThatCode(() -> StrictJson.checkValue(text, 100)).doesNotThrowAnyException();
    StrictJsonException error =
        catchThrowableOfType(StrictJsonException.class, () -> StrictJson.checkValue(text, 99));
    assertThat(error).hasMessage("The JSON has 100 bytes; at most 99 are taken.");
  }

  @Test
  void checkValue_numberLength_isBounded() {
    assertThatCode(() -> StrictJson.checkValue(utf8("9".repeat(1_000)), 2_000))
        .doesNotThrowAnyException();
    assertThat(refusalOf(utf8("9".repeat(1_001)))).hasMessageContaining("1000 characters");
  }

  @Test
  void checkValue_exponent_isBounded() {
    for (String text : new String[] {"1e999", "1E-999", "1e+0000999", "0.5e000"}) {
      assertThatCode(() -> StrictJson.checkValue(utf8(text), 100)).doesNotThrowAnyException();
    }
    for (String text : new String[] {"1e1000", "1E-1000", "1e99999999999999999999"}) {
      assertThat(refusalOf(utf8(text))).hasMessage("A number has an exponent above 999.");
    }
  }

  @Test
  void checkValue_givenDepth_isTheBound() throws Exception {
    StrictJson.checkValue(utf8("[[{}]]"), 100, 3);

    StrictJsonException error =
        catchThrowableOfType(
            StrictJsonException.class, () -> StrictJson.checkValue(utf8("[[{}]]"), 100, 2));

    assertThat(error).hasMessage("The JSON nests deeper than 2 levels.");
    assertThat(error.offset()).isEqualTo(2);
    assertThat(error.pointer()).isEqualTo("/0/0");
  }

  @Test
  void checkObject_anythingElse_isRefused() {
    assertThatCode(() -> StrictJson.checkObject(utf8(" {\"a\":1}"), 100))
        .doesNotThrowAnyException();
    for (String text : new String[] {"[]", " 1", "\"a\"", "null"}) {
      StrictJsonException error =
          catchThrowableOfType(
              StrictJsonException.class, () -> StrictJson.checkObject(utf8(text), 100));
      assertThat(error).hasMessage("The JSON is not an object.");
    }
  }

  private static StrictJsonException refusalOf(byte[] text) {
    StrictJsonException error =
        catchThrowableOfType(
            StrictJsonException.class, () -> StrictJson.checkValue(text, 1_000_000));
    assertThat(error).as("refusal").isNotNull();
    return error;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
