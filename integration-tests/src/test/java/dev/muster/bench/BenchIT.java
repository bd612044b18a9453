// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The bench runs from end to end, small. What it measures is nobody's business here. */
final class BenchIT {
  @Test
  void fanout_isMeasuredBesideTheRawLimit(@TempDir Path folder) {
    Path json = folder.resolve("bench.json");

    int exitCode =
        BenchMain.run(
            "--scenario",
            "fanout",
            "--nodes",
            "50",
            "--rounds",
            "2",
            "--warmup",
            "1",
            "--no-pin",
            "--json",
            json.toString(),
            "--plots",
            folder.resolve("plots").toString());

    assertThat(exitCode).isZero();
    JsonNode read = JsonMapper.builder().build().readTree(json.toFile());
    assertThat(read.path("machine").propertyNames())
        .contains("cpus", "kernel", "java", "pinned", "date", "command");
    assertThat(read.path("results").size()).isEqualTo(1);
    JsonNode result = read.path("results").path(0);
    assertThat(result.path("scenario").asString()).isEqualTo("fanout");
    assertThat(result.path("nodes").asInt()).isEqualTo(50);
    assertThat(result.propertyNames())
        .contains("median_ms", "raw_ms", "ratio", "server_cpu_us", "server_rss_kb", "gc_ms");
    assertThat(folder.resolve("plots").resolve("fanout.svg")).isNotEmptyFile();
  }

  @Test
  void unknownScenario_isAFaultOfTheCommandLine() {
    assertThat(BenchMain.run("--scenario", "speed")).isEqualTo(2);
  }
}
