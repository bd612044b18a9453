// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ReportTest {
  private static final Rounds RAW = new Rounds(List.of(100.0, 110.0, 120.0), 300);
  private static final Rounds MUSTER = new Rounds(List.of(150.0, 160.0, 170.0), 900);

  private final Report report = new Report(Map.of("cpus", 2));

  @Test
  void json_hasMachineAndResults() {
    report.add(Result.of("fanout", 1_000).compared(MUSTER, RAW, 1_000));

    JsonNode read = JsonMapper.builder().build().readTree(JsonReport.text(report));

    assertThat(read.path("machine").path("cpus").asInt()).isEqualTo(2);
    JsonNode result = read.path("results").path(0);
    assertThat(result.path("scenario").asString()).isEqualTo("fanout");
    assertThat(result.path("nodes").asInt()).isEqualTo(1_000);
    assertThat(result.path("median_ms").asDouble()).isEqualTo(160);
    assertThat(result.path("raw_ms").asDouble()).isEqualTo(110);
    assertThat(result.path("ratio").asDouble()).isEqualTo(1.455);
    assertThat(result.path("server_cpu_us").asDouble()).isEqualTo(300);
  }

  @Test
  void json_leavesOutWhatHasNoMeaning() {
    report.add(Result.of("latency", 1).with("p50_ms", 0.81234));

    JsonNode result =
        JsonMapper.builder().build().readTree(JsonReport.text(report)).path("results").path(0);

    assertThat(result.has("ratio")).isFalse();
    assertThat(result.path("p50_ms").asDouble()).isEqualTo(0.8123);
  }

  @Test
  void table_hasTheFiguresOfAllRows_andBlanksWhereOneHasNone() {
    ResultTable table =
        ResultTable.of(List.of(Result.of("a", 1).with("x", 2L), Result.of("a", 10).with("y", 0.5)));

    assertThat(table.markdown())
        .containsExactly(
            "| nodes | x | y |", "|---:|---:|---:|", "| 1 | 2 |  |", "| 10 |  | 0.5 |");
    assertThat(table.plain())
        .containsExactly("  nodes  x    y", "      1  2     ", "     10     0.5");
  }

  @Test
  void plots_areDrawnForWhatWasMeasured(@TempDir Path folder) throws Exception {
    report.add(Result.of("fanout", 1_000).compared(MUSTER, RAW, 1_000));
    report.add(Result.of("fanout", 10_000).compared(MUSTER, RAW, 10_000));

    Plots.write(report, folder);

    assertThat(folder.resolve("fanout.svg")).content().contains("<svg", "raw gRPC", "10,000");
    assertThat(Files.exists(folder.resolve("connect.svg"))).isFalse();
  }

  @Test
  void axis_endsAtARoundNumber() {
    assertThat(Plot.upTo(19_000)).isEqualTo(20_000);
    assertThat(Plot.upTo(0.37)).isEqualTo(0.4);
    assertThat(Plot.upTo(1_000)).isEqualTo(1_000);
    assertThat(Plot.upTo(0)).isEqualTo(1);
  }
}
