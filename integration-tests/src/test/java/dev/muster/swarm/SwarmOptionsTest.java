// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class SwarmOptionsTest {
  private static SwarmOptions parse(String... arguments) {
    return CommandLine.populateCommand(new SwarmOptions(), arguments);
  }

  @Test
  void defaults_areInOrder() {
    assertThat(parse().faults()).isEmpty();
  }

  @Test
  void everyFault_isTold() {
    assertThat(
            parse(
                    "--nodes",
                    "19001",
                    "--server",
                    "a b",
                    "--slots",
                    "65",
                    "--fail-percent",
                    "101",
                    "--output-bytes",
                    "16385",
                    "--name-prefix",
                    "A",
                    "--join-token",
                    "mjt_x",
                    "--plaintext",
                    "--ca",
                    "ca.pem",
                    "--disconnects-per-minute",
                    "-1")
                .faults())
        .hasSize(9);
  }

  @Test
  void joinToken_mayBeMissing() {
    assertThat(parse().token()).isEmpty();
  }

  @Test
  void wordThatIsNoNumber_isRefused() {
    assertThatThrownBy(() -> parse("--nodes", "many"))
        .isInstanceOf(CommandLine.ParameterException.class);
  }
}
