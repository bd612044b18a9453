// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import java.util.function.Consumer;

/** Measures one thing, on beds of its own. */
interface Scenario {
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
