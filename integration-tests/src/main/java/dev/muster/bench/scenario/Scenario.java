// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.scenario;

import dev.muster.bench.BenchFailedException;
import dev.muster.bench.Progress;
import dev.muster.bench.bed.Workshop;
import dev.muster.bench.report.Result;
import java.util.function.Consumer;

/** Measures one thing, on beds of its own. */
public interface Scenario {
  /** How it is called on the command line and in the results. */
  String name();

  /**
   * Measures.
   *
   * @param results takes each result as soon as there is one
   * @throws BenchFailedException if a check fails: there is no figure for what did not work
   */
  void run(Workshop workshop, Progress progress, Consumer<Result> results);
}
