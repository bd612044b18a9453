// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The results of one scenario as rows, under the names of the figures that any of them has. */
public final class ResultTable {
  private static final String NOTHING = "";

  private final List<String> headings;
  private final List<List<String>> rows;

  private ResultTable(List<String> headings, List<List<String>> rows) {
    this.headings = headings;
    this.rows = rows;
  }

  public static ResultTable of(List<Result> results) {
    Set<String> headings = new LinkedHashSet<>();
    results.forEach(result -> headings.addAll(result.figures().keySet()));
    headings.remove("scenario");
    List<List<String>> rows = new ArrayList<>();
    for (Result result : results) {
      rows.add(
          headings.stream()
              .map(heading -> text(result.figures().getOrDefault(heading, NOTHING)))
              .toList());
    }
    return new ResultTable(List.copyOf(headings), rows);
  }

  /** Returns the table for a terminal, one string a line. */
  public List<String> plain() {
    List<String> lines = new ArrayList<>();
    lines.add(aligned(headings));
    rows.forEach(row -> lines.add(aligned(row)));
    return lines;
  }

  /** Returns the table as Markdown, one string a line. */
  List<String> markdown() {
    List<String> lines = new ArrayList<>();
    lines.add("| " + String.join(" | ", headings) + " |");
    lines.add("|" + String.join("|", Collections.nCopies(headings.size(), "---:")) + "|");
    rows.forEach(row -> lines.add("| " + String.join(" | ", row) + " |"));
    return lines;
  }

  private String aligned(List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      line.append(" ".repeat(width(i) - cells.get(i).length() + 2)).append(cells.get(i));
    }
    return line.toString();
  }

  private int width(int column) {
    int widest = headings.get(column).length();
    for (List<String> row : rows) {
      widest = Math.max(widest, row.get(column).length());
    }
    return widest;
  }

  private static String text(Object value) {
    if (value instanceof Double number && number == Math.rint(number) && number < 1e9) {
      return String.valueOf((long) (double) number);
    }
    return String.valueOf(value);
  }
}
