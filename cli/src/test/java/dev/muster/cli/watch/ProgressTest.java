// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.output.Terminal;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.InvocationCounts;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ProgressTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private long nanos;

  @Test
  void everyState_isCounted_andLostIsNotFolded() {
    assertThat(ProgressText.of(execution(10, 3, 1, 2)))
        .isEqualTo("RUNNING 6/10: 3 SUCCEEDED, 1 FAILED, 2 LOST, 4 PENDING");
  }

  @Test
  void bar_growsWithWhatHasSettled() {
    assertThat(ProgressText.bar(execution(10, 5, 0, 0), 10)).isEqualTo("█████░░░░░");
    assertThat(ProgressText.bar(execution(10, 10, 0, 0), 10)).isEqualTo("██████████");
    assertThat(ProgressText.bar(Execution.getDefaultInstance(), 4)).isEqualTo("░░░░");
  }

  @Test
  void log_getsALineAtEachChange() {
    try (LineProgress progress = new LineProgress(terminal(Terminal.Ttys.NONE), () -> nanos)) {
      progress.show(execution(3, 0, 0, 0));
      progress.show(execution(3, 0, 0, 0));
      progress.show(execution(3, 1, 0, 0));
    }

    assertThat(printed())
        .containsExactly("RUNNING 0/3: 3 PENDING", "RUNNING 1/3: 1 SUCCEEDED, 2 PENDING");
  }

  @Test
  void log_ofALargeCohort_getsALineASecond() {
    try (LineProgress progress = new LineProgress(terminal(Terminal.Ttys.NONE), () -> nanos)) {
      for (int i = 0; i <= 1000; i++) {
        progress.show(execution(1000, i, 0, 0));
        nanos += 5_000_000;
      }
    }

    assertThat(printed()).hasSize(6);
  }

  @Test
  void afterClose_nothingIsShown() {
    LineProgress progress = new LineProgress(terminal(Terminal.Ttys.NONE), () -> nanos);

    progress.close();
    progress.show(execution(3, 0, 0, 0));
    progress.tell("late");

    assertThat(printed()).isEmpty();
  }

  @Test
  void redrawnLine_staysWithinTheTerminal_andIsWiped() throws InterruptedException {
    RedrawnProgress progress = new RedrawnProgress(terminal(new Terminal.Ttys(true, true, true)));
    progress.show(execution(1_000_000, 123_456, 0, 7));
    while (out.size() == 0) {
      Thread.onSpinWait();
    }
    progress.tell("something else");
    progress.close();
    progress.close();

    String all = out.toString(StandardCharsets.UTF_8);
    assertThat(all).contains("RUNNING 123463/1000000", "something else\n").endsWith("\r\u001b[2K");
    assertThat(all.split("\r\u001b\\[2K|\n", -1))
        .allSatisfy(line -> assertThat(line.length()).isLessThan(60));
  }

  private String[] printed() {
    return out.toString(StandardCharsets.UTF_8).lines().toArray(String[]::new);
  }

  private Terminal terminal(Terminal.Ttys ttys) {
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    return new Terminal(InputStream.nullInputStream(), stream, stream, ttys, false, () -> 60);
  }

  private static Execution execution(int cohort, int succeeded, int failed, int lost) {
    return Execution.newBuilder()
        .setId("e")
        .setState(ExecutionState.EXECUTION_STATE_RUNNING)
        .setCohortSize(cohort)
        .setCounts(
            InvocationCounts.newBuilder()
                .setSucceeded(succeeded)
                .setFailed(failed)
                .setLost(lost)
                .setPending(cohort - succeeded - failed - lost))
        .build();
  }
}
