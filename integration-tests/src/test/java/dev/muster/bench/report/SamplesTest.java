// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SamplesTest {
  @Test
  void median_ofAnOddNumber_isTheMiddleOne() {
    assertThat(Samples.of(9, 1, 5).median()).isEqualTo(5);
  }

  @Test
  void median_ofAnEvenNumber_isTheMeanOfTheTwoInTheMiddle() {
    assertThat(Samples.of(List.of(8.0, 1.0, 4.0, 2.0)).median()).isEqualTo(3);
  }

  @Test
  void percentile_isTheSmallestValueThatCoversTheShare() {
    Samples samples = Samples.of(IntStream.rangeClosed(1, 200).asDoubleStream().toArray());

    assertThat(samples.percentile(50)).isEqualTo(100);
    assertThat(samples.percentile(99)).isEqualTo(198);
    assertThat(samples.percentile(100)).isEqualTo(200);
    assertThat(samples.percentile(0)).isEqualTo(1);
  }

  @Test
  void percentile_ofOne_isThatOne() {
    assertThat(Samples.of(7).percentile(99)).isEqualTo(7);
  }

  @Test
  void slope_ofPointsOnALine_isTheLines() {
    double slope = Samples.slope(new double[] {0, 5_000, 19_000}, new double[] {100, 150, 290});

    assertThat(slope).isCloseTo(0.01, within(1e-9));
  }

  @Test
  void noSamples_areRefused() {
    assertThatThrownBy(() -> Samples.of()).isInstanceOf(IllegalArgumentException.class);
  }
}
