// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A line chart as SVG: one or more series over a linear axis from zero. Small on purpose, and
 * without a library: drawing text through the JDK needs fonts that servers do not have. Not
 * thread-safe.
 */
public final class Plot {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 400;
  private static final int LEFT = 80;
  private static final int RIGHT = 24;
  private static final int TOP = 56;
  private static final int BOTTOM = 56;
  private static final int STEPS = 5;
  private static final List<String> COLOURS =
      List.of("#1f6feb", "#8c959f", "#bf3989", "#1a7f37", "#9a6700");

  private final String title;
  private final String xLabel;
  private final String yLabel;
  private final List<Series> series = new ArrayList<>();

  /**
   * One line.
   *
   * @param name for the legend
   * @param points in the order of x
   */
  record Series(String name, List<Point> points) {
    Series {
      points = List.copyOf(points);
    }
  }

  /**
   * One point.
   *
   * @param x how far to the right
   * @param y how high
   */
  record Point(double x, double y) {}

  Plot(String title, String xLabel, String yLabel) {
    this.title = title;
    this.xLabel = xLabel;
    this.yLabel = yLabel;
  }

  /** Adds a line, unless it has no points. */
  Plot add(Series line) {
    if (!line.points().isEmpty()) {
      series.add(line);
    }
    return this;
  }

  boolean isEmpty() {
    return series.isEmpty();
  }

  /** Returns the whole image. */
  String svg() {
    double mostX =
        upTo(
            series.stream()
                .flatMap(s -> s.points().stream())
                .mapToDouble(Point::x)
                .max()
                .orElse(1));
    double mostY =
        upTo(
            series.stream()
                .flatMap(s -> s.points().stream())
                .mapToDouble(Point::y)
                .max()
                .orElse(1));
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                + " font-family=\"sans-serif\" font-size=\"13\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n",
            WIDTH,
            HEIGHT,
            WIDTH,
            HEIGHT));
    text(svg, LEFT, 22, "start", "font-weight=\"bold\" font-size=\"15\"", title);
    grid(svg, mostX, mostY);
    for (int i = 0; i < series.size(); i++) {
      line(svg, series.get(i), COLOURS.get(i % COLOURS.size()), mostX, mostY);
      legend(svg, i);
    }
    return svg.append("</svg>\n").toString();
  }

  private void grid(StringBuilder svg, double mostX, double mostY) {
    for (int i = 0; i <= STEPS; i++) {
      double x = mostX * i / STEPS;
      double y = mostY * i / STEPS;
      svg.append(
          String.format(
              Locale.ROOT,
              "<path d=\"M%d %.1fH%d\" stroke=\"#d0d7de\" fill=\"none\"/>%n",
              LEFT,
              y(y, mostY),
              WIDTH - RIGHT));
      text(svg, LEFT - 8, y(y, mostY) + 4, "end", "fill=\"#57606a\"", number(y));
      text(svg, x(x, mostX), HEIGHT - BOTTOM + 20, "middle", "fill=\"#57606a\"", number(x));
    }
    text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", "", xLabel);
    svg.append(
        String.format(
            Locale.ROOT,
            "<text transform=\"translate(18 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>%n",
            (TOP + HEIGHT - BOTTOM) / 2,
            escaped(yLabel)));
  }

  private static void line(
      StringBuilder svg, Series line, String colour, double mostX, double mostY) {
    StringBuilder path = new StringBuilder();
    for (Point point : line.points()) {
      String at = String.format(Locale.ROOT, "%.1f %.1f", x(point.x(), mostX), y(point.y(), mostY));
      path.append(path.length() == 0 ? "M" : "L").append(at);
      String[] centre = at.split(" ", -1);
      svg.append(
          String.format(
              "<circle cx=\"%s\" cy=\"%s\" r=\"3.5\" fill=\"%s\"/>%n",
              centre[0], centre[1], colour));
    }
    svg.append(
        String.format(
            "<path d=\"%s\" stroke=\"%s\" stroke-width=\"2\" fill=\"none\"/>%n", path, colour));
  }

  private void legend(StringBuilder svg, int index) {
    int x = LEFT + index * 170;
    svg.append(
        String.format(
            "<path d=\"M%d 40h20\" stroke=\"%s\" stroke-width=\"3\"/>%n",
            x, COLOURS.get(index % COLOURS.size())));
    text(svg, x + 26, 44, "start", "", series.get(index).name());
  }

  private static void text(
      StringBuilder svg, double x, double y, String anchor, String attributes, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>%s</text>%n",
            x,
            y,
            anchor,
            attributes,
            escaped(text)));
  }

  private static double x(double value, double most) {
    return LEFT + value / most * (WIDTH - LEFT - RIGHT);
  }

  private static double y(double value, double most) {
    return HEIGHT - BOTTOM - value / most * (HEIGHT - TOP - BOTTOM);
  }

  /** Returns the next number at or above that an axis can be divided by. */
  static double upTo(double value) {
    if (value <= 0) {
      return 1;
    }
    double power = Math.pow(10, Math.floor(Math.log10(value)));
    for (double step : new double[] {1, 1.5, 2, 2.5, 3, 4, 5, 6, 8}) {
      if (value <= step * power) {
        return step * power;
      }
    }
    return 10 * power;
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%.2g", value);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
