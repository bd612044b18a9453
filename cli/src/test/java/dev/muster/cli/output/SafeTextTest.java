// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SafeTextTest {
  @Test
  void escapeSequences_areShown() {
    assertThat(SafeText.line("\u001b[2J\u001b]0;owned\u0007"))
        .isEqualTo("\\x1b[2J\\x1b]0;owned\\x07");
    assertThat(SafeText.line("\u009b31m")).isEqualTo("\\x9b31m");
    assertThat(SafeText.line("a\u007fb")).isEqualTo("a\\x7fb");
  }

  @Test
  void invisibleAndReversingCharacters_areShown() {
    assertThat(SafeText.line("a\u202egnp.exe")).isEqualTo("a\\u{202e}gnp.exe");
    assertThat(SafeText.line("\u2066x\u2069\u200b\ufeff"))
        .isEqualTo("\\u{2066}x\\u{2069}\\u{200b}\\u{feff}");
    assertThat(SafeText.line("\ud800")).isEqualTo("\\u{d800}");
  }

  @Test
  void layout_isKeptInBlocksOnly() {
    assertThat(SafeText.block("a\tb\nc\rd")).isEqualTo("a\tb\nc\\rd");
    assertThat(SafeText.line("a\tb\nc\rd")).isEqualTo("a\\tb\\nc\\rd");
  }

  @Test
  void ordinaryText_staysAsItIs() {
    String text = "naïve 日本語 😀 \\x1b {\"a\": 1}";

    assertThat(SafeText.line(text)).isEqualTo(text);
    assertThat(SafeText.block(text)).isEqualTo(text);
    assertThat(SafeText.json(text)).isEqualTo(text);
  }

  @Test
  void json_meansTheSame() {
    assertThat(SafeText.json("{\n  \"a\": \"x\u009by\u202e\u007f\"\n}"))
        .isEqualTo("{\n  \"a\": \"x\\u009by\\u202e\\u007f\"\n}");
  }
}
