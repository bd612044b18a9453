// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

import java.util.ArrayList;
import java.util.List;

/**
 * The measured rounds of one side.
 *
 * @param millis how long each took, in order
 * @param cpuMillis processor time that the server took for all of them, with what it still did
 *     after each
 */
public record Rounds(List<Double> millis, long cpuMillis) {
  public Rounds {
    millis = List.copyOf(millis);
  }

  /** Returns how long each took, as samples. */
  public Samples samples() {
    return Samples.of(millis);
  }

  /** Returns the processor time of one invocation, in µs. */
  double cpuMicrosEach(int nodes) {
    return cpuMillis * 1_000.0 / millis.size() / nodes;
  }

  /** Returns the ratio of the medians. */
  public double ratioTo(Rounds limit) {
    return samples().median() / limit.samples().median();
  }

  /** Returns the median of the ratios of rounds that were neighbours in time. */
  public double pairRatioTo(Rounds limit) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < millis.size(); i++) {
      ratios.add(millis.get(i) / limit.millis().get(i));
    }
    return Samples.of(ratios).median();
  }
}
