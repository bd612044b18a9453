// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

import dev.muster.bench.bed.GcLog;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.Map;

/** What one measurement came to: named figures, in the order in which they were added. */
public final class Result {
  /** More digits than any measurement here has. */
  private static final MathContext DIGITS = new MathContext(4);

  private final Map<String, Object> figures = new LinkedHashMap<>();

  private Result(String scenario) {
    figures.put("scenario", scenario);
  }

  /** Begins the result of a scenario that has no number of nodes. */
  public static Result of(String scenario) {
    return new Result(scenario);
  }

  /** Begins the result of a scenario with so many nodes. */
  public static Result of(String scenario, int nodes) {
    return new Result(scenario).with("nodes", nodes);
  }

  /** Adds a figure. */
  public Result with(String key, double value) {
    figures.put(key, rounded(value));
    return this;
  }

  /** Adds a figure. */
  public Result with(String key, long value) {
    figures.put(key, value);
    return this;
  }

  /** Adds a word. */
  public Result with(String key, String value) {
    figures.put(key, value);
    return this;
  }

  /** Adds the figures that every comparison of rounds has. */
  public Result compared(Rounds muster, Rounds raw, int nodes) {
    Samples samples = muster.samples();
    return with("median_ms", samples.median())
        .with("min_ms", samples.min())
        .with("max_ms", samples.max())
        .with("raw_ms", raw.samples().median())
        .with("ratio", muster.ratioTo(raw))
        .with("pair_ratio", muster.pairRatioTo(raw))
        .with("us_per_node", samples.median() * 1_000 / nodes)
        .with("raw_us_per_node", raw.samples().median() * 1_000 / nodes)
        .with("server_cpu_us", muster.cpuMicrosEach(nodes))
        .with("raw_cpu_us", raw.cpuMicrosEach(nodes));
  }

  /** Adds the collections of the server in the time that was measured. */
  public Result collections(GcLog log) {
    return with("gc_ms", log.totalMillis()).with("gc_pause_max_ms", log.maxMillis());
  }

  public String scenario() {
    return String.valueOf(figures.get("scenario"));
  }

  /** Whether another is of the same scenario and has the same figures. */
  boolean isLike(Result other) {
    return scenario().equals(other.scenario()) && figures.keySet().equals(other.figures.keySet());
  }

  /** Returns the figures by name. */
  Map<String, Object> figures() {
    return new LinkedHashMap<>(figures);
  }

  /** Returns a figure as a number; NaN where it is missing or no number. */
  public double number(String key) {
    return figures.get(key) instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  private static double rounded(double value) {
    return Double.isFinite(value) ? new BigDecimal(value).round(DIGITS).doubleValue() : value;
  }
}
