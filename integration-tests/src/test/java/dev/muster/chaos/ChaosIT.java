// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A short run of the breaker; {@code muster chaos} is the long one. */
@Timeout(600)
final class ChaosIT {
  @Test
  void everyPromise_isKept_whateverBreaks() {
    long seed = ThreadLocalRandom.current().nextLong(1_000_000_000);
    ByteArrayOutputStream told = new ByteArrayOutputStream();

    Verdict verdict =
        Chaos.run(
            new ChaosPlan(seed, Duration.ofSeconds(22), 4, true, false),
            new PrintStream(told, true, StandardCharsets.UTF_8));

    String story = told.toString(StandardCharsets.UTF_8);
    print(story);
    assertThat(verdict.violations()).as(story).isEmpty();
    assertThat(verdict.faultCount()).as(story).isGreaterThan(5);
    assertThat(verdict.executions()).as(story).isGreaterThan(10);
    assertThat(verdict.runs()).as(story).isGreaterThan(10);
  }

  /** The seed is in the build's log, so that a failure can be looked into. */
  @SuppressWarnings("SystemOut")
  private static void print(String story) {
    System.out.println(story);
  }
}
