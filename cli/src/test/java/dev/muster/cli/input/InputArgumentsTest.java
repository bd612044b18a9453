// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InputArgumentsTest {
  private static final InputStream NOTHING = InputStream.nullInputStream();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '´',
      value = {
        "a=b | {\"a\":\"b\"}",
        "a= | {\"a\":\"\"}",
        "a=1 | {\"a\":\"1\"}",
        "a=true | {\"a\":\"true\"}",
        "a=b=c | {\"a\":\"b=c\"}",
        "a=b:=c | {\"a\":\"b:=c\"}",
        "a==b | {\"a\":\"=b\"}",
        "a:b=c | {\"a:b\":\"c\"}",
        "a=:=b | {\"a\":\":=b\"}",
        "a:=1 | {\"a\":1}",
        "a:=-0.50e+7 | {\"a\":-0.50e+7}",
        "a:=9007199254740993 | {\"a\":9007199254740993}",
        "a:=null | {\"a\":null}",
        "a:=true | {\"a\":true}",
        "a:=[1, 2] | {\"a\":[1, 2]}",
        "a:={\"b\" : []} | {\"a\":{\"b\" : []}}",
        "a:=\"x=y\" | {\"a\":\"x=y\"}",
        "a::=1 | {\"a:\":1}",
        "a.b=c | {\"a\":{\"b\":\"c\"}}",
        "a.b.c:=1 | {\"a\":{\"b\":{\"c\":1}}}",
        "a.b=c.d | {\"a\":{\"b\":\"c.d\"}}",
        "a\\.b=c | {\"a.b\":\"c\"}",
        "a\\=b=c | {\"a=b\":\"c\"}",
        "a\\:=c | {\"a:\":\"c\"}",
        "a\\\\=c | {\"a\\\\\":\"c\"}",
        "a=\\n | {\"a\":\"\\\\n\"}",
        "a=say \"hi\" | {\"a\":\"say \\\"hi\\\"\"}",
        "a=@file | {\"a\":\"@file\"}",
        "ключ=знач 😀 | {\"ключ\":\"знач 😀\"}",
        "a b=c | {\"a b\":\"c\"}",
        "a\"b=c | {\"a\\\"b\":\"c\"}",
      })
  void oneArgument_isOneField(String argument, String json) {
    assertThat(object(argument)).isEqualTo(json);
  }

  @Test
  void severalArguments_keepTheirOrder_andShareObjects() {
    assertThat(object("z=1", "a.x=2", "m:=3", "a.y=4"))
        .isEqualTo("{\"z\":\"1\",\"a\":{\"x\":\"2\",\"y\":\"4\"},\"m\":3}");
  }

  @Test
  void controlCharacters_areEscaped() {
    assertThat(object("a=\u0000\b\t\n\f\r\u001f"))
        .isEqualTo("{\"a\":\"\\u0000\\u0008\\t\\n\\u000c\\r\\u001f\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "a:",
        "a:b",
        "=b",
        ":=1",
        ".=b",
        "a.=b",
        ".a=b",
        "a..b=c",
        "a:=",
        "a:=x",
        "a:=01",
        "a:=1 2",
        "a:={\"b\":1,\"b\":2}",
        "a:='x'",
        "a:=NaN",
        "a:=[1,]",
        "\\",
        "a\\",
      })
  void whatIsNoInput_isRefused(String argument) {
    assertThatThrownBy(() -> object(argument)).isInstanceOf(InputException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a=1 a=2", "a=1 a:=2", "a=1 a.b=2", "a.b=1 a=2", "a.b=1 a.b=2", "a:={} a.b=1"})
  void whatIsSetTwice_isRefused(String arguments) {
    assertThatThrownBy(() -> object(arguments.split(" ", -1)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("\"a");
  }

  @Test
  void valueThatIsNotJson_saysHowTextIsWritten() {
    assertThatThrownBy(() -> object("name:=web"))
        .hasMessageContaining("name:=web")
        .hasMessageContaining("key=value");
  }

  @Test
  void keyThatLeadsTooDeep_isRefused() {
    assertThatThrownBy(() -> object("a.".repeat(100_000) + "a=b"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("deep");
    assertThatThrownBy(() -> object("a.".repeat(63) + "a:={}"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("deeper");
  }

  @Test
  void halfASurrogatePair_isRefused() {
    assertThatThrownBy(() -> object("a=\ud83d")).isInstanceOf(InputException.class);
  }

  @Test
  void noInput_isNone() {
    assertThat(InputArguments.read(List.of(), Optional.empty(), NOTHING)).isEmpty();
  }

  @Test
  void wholeJson_isTakenAsItIs() {
    String json = " {\"n\" : 9007199254740993 , \"f\":1.10}\n";

    assertThat(InputArguments.read(List.of(), Optional.of(json), NOTHING)).contains(json);
  }

  @Test
  void standardInput_isTakenAsItIs() {
    String json = "{\n  \"n\": 9007199254740993\n}\n";

    assertThat(InputArguments.read(List.of(), Optional.of("-"), stream(json))).contains(json);
  }

  @Test
  void file_isTakenAsItIs(@TempDir Path folder) throws IOException {
    String json = "{\"größe\": 1e400}\n";
    Path file = Files.writeString(folder.resolve("input.json"), json);

    assertThat(InputArguments.read(List.of(), Optional.of("@" + file), NOTHING)).contains(json);
  }

  @Test
  void fileThatIsMissing_isNamed() {
    assertThatThrownBy(() -> InputArguments.read(List.of(), Optional.of("@/no/such/file"), NOTHING))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("/no/such/file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "1", "{", "{} {}", "\ufeff{}", "{\"a\":1,\"\\u0061\":2}"})
  void wholeInputThatIsNoObject_isRefused(String json) {
    assertThatThrownBy(() -> InputArguments.read(List.of(), Optional.of("-"), stream(json)))
        .isInstanceOf(InputException.class);
  }

  @Test
  void inputThatIsNotUtf8_isRefused() {
    InputStream latin1 =
        new ByteArrayInputStream("{\"a\":\"ü\"}".getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> InputArguments.read(List.of(), Optional.of("-"), latin1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("UTF-8");
  }

  @Test
  void inputAboveTheLimit_isRefusedWithoutReadingItAll() {
    byte[] large = new byte[1 << 20];
    Arrays.fill(large, (byte) ' ');
    ByteArrayInputStream stream = new ByteArrayInputStream(large);

    assertThatThrownBy(() -> InputArguments.read(List.of(), Optional.of("-"), stream))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("262144");
    assertThat(stream.available()).isPositive();
  }

  @Test
  void bothForms_areRefused() {
    assertThatThrownBy(() -> InputArguments.read(List.of("a=b"), Optional.of("{}"), NOTHING))
        .isInstanceOf(InputException.class);
  }

  private static String object(String... arguments) {
    return InputArguments.read(List.of(arguments), Optional.empty(), NOTHING).orElseThrow();
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
