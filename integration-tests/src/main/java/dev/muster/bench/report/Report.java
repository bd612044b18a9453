// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All that a run found out. Not thread-safe. */
public final class Report {
  private final Map<String, Object> machine;
  private final List<Result> results = new ArrayList<>();

  public Report(Map<String, Object> machine) {
    this.machine = new LinkedHashMap<>(machine);
  }

  public void add(Result result) {
    results.add(result);
  }

  /** What the run was made on. */
  Map<String, Object> machine() {
    return new LinkedHashMap<>(machine);
  }

  List<Result> results() {
    return List.copyOf(results);
  }

  /** Returns the results of one scenario. */
  List<Result> of(String scenario) {
    return results.stream().filter(result -> result.scenario().equals(scenario)).toList();
  }

  /** Returns the results in portions: neighbours of one scenario that have the same figures. */
  List<List<Result>> portions() {
    List<List<Result>> portions = new ArrayList<>();
    for (Result result : results) {
      if (portions.isEmpty() || !result.isLike(portions.get(portions.size() - 1).get(0))) {
        portions.add(new ArrayList<>());
      }
      portions.get(portions.size() - 1).add(result);
    }
    return portions;
  }
}
