// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Rows under headings, as wide as what they hold, or as the terminal if that is narrower: then the
 * widest columns give way and cut texts end in an ellipsis. Not thread-safe.
 */
public final class Table {
  private static final String GAP = "  ";
  private static final int NARROWEST = 8;

  private final List<String> headings;
  private final List<List<Cell>> rows = new ArrayList<>();

  /** Makes a table without rows. */
  public Table(String... headings) {
    this.headings = List.of(headings);
  }

  /**
   * Adds a row.
   *
   * @throws IllegalArgumentException unless there is a cell for each heading
   */
  public Table row(Cell... cells) {
    if (cells.length != headings.size()) {
      throw new IllegalArgumentException(
          cells.length + " cells under " + headings.size() + " headings");
    }
    rows.add(List.of(cells));
    return this;
  }

  /** Prints headings and rows. */
  public void printTo(Terminal terminal) {
    lines(terminal.width(), terminal.colours()).forEach(terminal::raw);
  }

  /** Returns headings and rows as lines of at most {@code width} columns. */
  List<String> lines(int width, boolean colours) {
    List<Integer> widths = widths(width);
    List<String> lines = new ArrayList<>();
    lines.add(
        line(headings.stream().map(h -> new Cell(h, Style.STRONG)).toList(), widths, colours));
    rows.forEach(row -> lines.add(line(row, widths, colours)));
    return lines;
  }

  private List<Integer> widths(int available) {
    List<Integer> widths = new ArrayList<>();
    for (int column = 0; column < headings.size(); column++) {
      int widest = DisplayWidth.of(headings.get(column));
      for (List<Cell> row : rows) {
        widest = Math.max(widest, DisplayWidth.of(row.get(column).text()));
      }
      widths.add(widest);
    }
    int excess =
        widths.stream().mapToInt(Integer::intValue).sum()
            + GAP.length() * (widths.size() - 1)
            - available;
    for (; excess > 0; excess--) {
      int widest = Collections.max(widths);
      if (widest <= NARROWEST) {
        break; // Too narrow for any table: let the terminal wrap it.
      }
      widths.set(widths.lastIndexOf(widest), widest - 1);
    }
    return widths;
  }

  private static String line(List<Cell> cells, List<Integer> widths, boolean colours) {
    StringBuilder line = new StringBuilder();
    int last = cells.size() - 1;
    for (int column = 0; column <= last; column++) {
      Cell cell = cells.get(column);
      String text = DisplayWidth.cut(cell.text(), widths.get(column));
      line.append(cell.style().apply(text, colours));
      if (column < last) {
        line.append(" ".repeat(widths.get(column) - DisplayWidth.of(text))).append(GAP);
      }
    }
    return line.toString().stripTrailing();
  }
}
