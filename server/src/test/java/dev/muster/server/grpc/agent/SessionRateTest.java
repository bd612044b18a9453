// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SessionRateTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L); // It may wrap.
  private final SessionRate rate = new SessionRate(10, nanos::get);

  @Test
  void aSecondsWorth_isTakenAtOnce_andNoMore() {
    assertThat(taken(25)).isEqualTo(10);
  }

  @Test
  void itFillsAgain_withTime_andNeverAboveASecondsWorth() {
    assertThat(taken(10)).isEqualTo(10);
    nanos.addAndGet(500_000_000L);
    assertThat(taken(25)).isEqualTo(5);
    nanos.addAndGet(3_600_000_000_000L);
    assertThat(taken(25)).isEqualTo(10);
  }

  private long taken(int tries) {
    return IntStream.range(0, tries).filter(i -> rate.tryAcquire()).count();
  }
}
