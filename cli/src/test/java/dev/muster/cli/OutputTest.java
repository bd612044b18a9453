// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.Cli.Outcome;
import dev.muster.cli.fake.FakeServer;
import dev.muster.proto.operator.v1.ReadOutputRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class OutputTest {
  private final FakeServer server = FakeServer.start();
  private final Cli cli = Cli.of(server);

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void bytes_goIntoAPipeAsTheyAre_andGapsAreToldBeside() {
    Outcome outcome = cli.run("output", "inv-1", "--stderr", "--follow", "--offset", "0");

    assertThat(outcome.exitCode()).isZero();
    assertThat(cli.outBytes()).containsExactly('a', 0xff, 27);
    assertThat(outcome.err()).contains("1 bytes are not kept");
    ReadOutputRequest request = server.received(ReadOutputRequest.class).get(0);
    assertThat(request.getInvocationId()).isEqualTo("inv-1");
    assertThat(request.getStderr()).isTrue();
    assertThat(request.getFollow()).isTrue();
  }

  @Test
  void terminal_isNotDrivenByWhatARunWrote() {
    Outcome outcome = cli.typing("").run("output", "inv-1");

    assertThat(outcome.out()).isEqualTo("a\ufffd\\x1b");
  }

  @Test
  void json_isOneMessagePerLine() {
    Outcome outcome = cli.run("output", "inv-1", "--output", "jsonl");

    assertThat(outcome.out().lines()).hasSize(2);
    assertThat(outcome.out()).contains("\"OUTPUT_GAP_TRUNCATED\"");
  }

  @Test
  void negativeOffset_isUsage() {
    assertThat(cli.run("output", "inv-1", "--offset", "-1").exitCode()).isEqualTo(2);
  }
}
