// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class TableTest {
  private final Table table =
      new Table("NODE", "STATE", "DETAIL")
          .row(Cell.of("web-1"), Cell.of("SUCCEEDED", Style.GOOD), Cell.of(""))
          .row(Cell.of("web-22"), Cell.of("FAILED", Style.BAD), Cell.of("the unit does not exist"));

  @Test
  void columns_areAsWideAsWhatTheyHold() {
    assertThat(table.lines(Terminal.UNLIMITED, false))
        .containsExactly(
            "NODE    STATE      DETAIL",
            "web-1   SUCCEEDED",
            "web-22  FAILED     the unit does not exist");
  }

  @Test
  void narrowTerminal_cutsTheWidestColumn() {
    assertThat(table.lines(30, false))
        .containsExactly(
            "NODE    STATE      DETAIL", "web-1   SUCCEEDED", "web-22  FAILED     the unit d…")
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(30));
  }

  @Test
  void terminalTooNarrowForAnyTable_stillShowsSomething() {
    assertThat(table.lines(1, false)).hasSize(3).element(2).asString().contains("web-22");
  }

  @Test
  void colours_takeNoColumns() {
    assertThat(table.lines(Terminal.UNLIMITED, true))
        .element(2)
        .isEqualTo("web-22  \u001b[31mFAILED\u001b[0m     the unit does not exist");
  }

  @Test
  void wideCharacters_takeTwoColumns() {
    assertThat(
            new Table("A", "B")
                .row(Cell.of("日本"), Cell.of("x"))
                .row(Cell.of("ab"), Cell.of("y"))
                .lines(Terminal.UNLIMITED, false))
        .containsExactly("A     B", "日本  x", "ab    y");
  }

  @Test
  void rowOfAnotherLength_isRefused() {
    assertThatThrownBy(() -> table.row(Cell.of("x"))).isInstanceOf(IllegalArgumentException.class);
  }
}
