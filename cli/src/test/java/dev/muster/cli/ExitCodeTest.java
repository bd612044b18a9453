// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.Cli.Outcome;
import dev.muster.cli.fake.FakeServer;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.wire.WireErrors;
import io.grpc.Status;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ExitCodeTest {
  private final FakeServer server = FakeServer.start();
  private final Cli cli = Cli.of(server);

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "TOKEN_INVALID, 3",
    "ROLE_REQUIRED, 3",
    "PREPARE_TIMEOUT, 3",
    "SURFACE_NOT_PROVISIONED, 3",
    "CAPACITY_EXCEEDED, 3",
    "STORE_UNAVAILABLE, 4",
    "INCIDENT, 5",
  })
  void everyRefusal_hasItsExitCode(String reason, int exitCode) {
    for (int i = 0; i < 5; i++) {
      server
          .mishaps()
          .refuse(
              WireErrors.exception(
                  ErrorReason.valueOf("ERROR_REASON_" + reason),
                  "No.",
                  Map.of("correlation_id", "c")));
    }

    Outcome outcome = cli.run("prepare", "web-1", "restart");

    assertThat(outcome.exitCode()).isEqualTo(exitCode);
    assertThat(outcome.err()).contains("error: No.", "reason: " + reason, "correlation id: c");
  }

  @Test
  void refusalWithoutAReason_isStillTold() {
    server
        .mishaps()
        .refuse(Status.PERMISSION_DENIED.withDescription("proxy says no").asRuntimeException());

    Outcome outcome = cli.run("nodes");

    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.err()).contains("proxy says no", "PERMISSION_DENIED");
  }

  @Test
  void nobodyThere_isExitCode4() {
    String address = server.address();
    server.close();

    Outcome outcome = cli.run("nodes");

    assertThat(outcome.exitCode()).isEqualTo(4);
    assertThat(outcome.err()).contains("The server at " + address + " cannot be reached.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nodse",
        "nodes --ouput x",
        "run",
        "node",
        "run a b c:=",
        "executions --state odd",
        "run a -n b --start-within 5",
        "nodes --online --offline",
        "nodes -o yaml"
      })
  void usage_isExitCode2_andNothingIsSent(String arguments) {
    String[] split = arguments.isEmpty() ? new String[0] : arguments.split(" ", -1);

    Outcome outcome = cli.runExactly(split);

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).isNotEmpty();
    assertThat(outcome.out()).isEmpty();
    assertThat(server.received()).isEmpty();
  }

  @Test
  void settingsThatCannotBeUsed_areExitCode2() {
    Outcome outcome = cli.with("MUSTER_TOKEN", "mot_cut").run("nodes");

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("MUSTER_TOKEN");
  }

  @Test
  void help_isExitCode0_andKnowsEveryVerb() {
    Outcome outcome = cli.runExactly("--help");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out())
        .contains(
            "nodes",
            "node",
            "token",
            "actions",
            "prepare",
            "run",
            "executions",
            "invocations",
            "show",
            "watch",
            "cancel");
    assertThat(cli.runExactly("run", "--help").out()).contains("--start-within");
    assertThat(cli.runExactly("help", "run").out()).contains("--start-within");
    assertThat(cli.runExactly("--version").out()).startsWith("muster");
  }

  @Test
  void optionsOfAllVerbs_mayComeFirst() {
    assertThat(cli.runExactly("--plaintext", "-o", "json", "nodes").out()).startsWith("{");
  }
}
