// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.scenario;

import java.util.List;
import java.util.Optional;

/** All scenarios, in the order in which they run where none is named. */
public final class Scenarios {
  private static final List<Scenario> ALL =
      List.of(
          new FanoutScenario(),
          new BarrierScenario(),
          new LatencyScenario(),
          new SustainedScenario(),
          new IdleMemoryScenario(),
          new ConnectScenario(),
          new StormScenario(),
          new HistoryScenario(),
          new WatchersScenario(),
          new PayloadScenario(),
          new TlsScenario());

  private Scenarios() {}

  public static List<Scenario> all() {
    return ALL;
  }

  public static List<String> names() {
    return ALL.stream().map(Scenario::name).toList();
  }

  public static Optional<Scenario> named(String name) {
    return ALL.stream().filter(scenario -> scenario.name().equals(name)).findFirst();
  }
}
