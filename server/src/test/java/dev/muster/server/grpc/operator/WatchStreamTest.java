// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.WatchExecutionResponse;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.InvocationCounts;
import dev.muster.server.execution.OfflinePolicy;
import dev.muster.server.execution.Order;
import dev.muster.server.execution.Plan;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.Result;
import dev.muster.server.node.NodeDirectory;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.TestBus;
import dev.muster.server.watch.WatchedInvocation;
import io.grpc.stub.ServerCallStreamObserver;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WatchStreamTest {
  private static final int COHORT = 200;
  private static final ExecutionId ID = new ExecutionId(new UUID(1, 1));
  private static final Execution EXECUTION =
      new Execution(
          new Order(
              ID,
              "default",
              "restart",
              new byte[0],
              Duration.ofMinutes(1),
              TestBus.START,
              TestBus.ALICE),
          new ExecutionProgress(ExecutionState.RUNNING, 7, InvocationCounts.allPending(COHORT)),
          COHORT,
          new Execution.Target("a=b", ""),
          "",
          TestBus.START,
          Duration.ofHours(1),
          OfflinePolicy.QUEUE,
          List.of(),
          0,
          new byte[0],
          null,
          null,
          "",
          "",
          Plan.PLAIN);

  private final Recording out = new Recording();

  @Test
  void largeSnapshot_isSplitSoThatAnyClientTakesIt() {
    WatchStream stream =
        new WatchStream(out, new ExecutionMapper(new NodeDirectory()), "restart", true);

    stream.onSnapshot(EXECUTION, cohort(16 << 10), false, 7);

    assertThat(out.sent.size()).isGreaterThan(1);
    assertThat(out.sent).allMatch(part -> part.getSerializedSize() < 4 << 20);
    assertThat(out.sent.stream().flatMap(part -> part.getSnapshot().getInvocationsList().stream()))
        .extracting(Invocation::getId)
        .hasSize(COHORT)
        .doesNotHaveDuplicates();
    WatchExecutionResponse last = out.sent.remove(out.sent.size() - 1);
    assertThat(last.getSnapshot().getContinues()).isFalse();
    assertThat(WatchStream.revision(last.getCursor())).isEqualTo(OptionalLong.of(7));
    assertThat(out.sent)
        .allMatch(part -> part.getSnapshot().getContinues() && part.getCursor().isEmpty());
  }

  @Test
  void basicSnapshot_bearsNoOutput_andIsOneMessage() {
    WatchStream stream =
        new WatchStream(out, new ExecutionMapper(new NodeDirectory()), "restart", false);

    stream.onSnapshot(EXECUTION, cohort(16 << 10), false, 7);

    assertThat(out.sent).hasSize(1);
    Invocation first = out.sent.get(0).getSnapshot().getInvocations(0);
    assertThat(first.getResult().hasStdout()).isFalse();
    assertThat(first.getResult().getExitCode()).isEqualTo(3);
    assertThat(first.getAction()).isEqualTo("restart");
  }

  private static List<WatchedInvocation> cohort(int outputBytes) {
    byte[] output = "x".repeat(outputBytes).getBytes(StandardCharsets.UTF_8);
    Result result =
        new Result(
            new byte[0],
            null,
            OptionalInt.of(3),
            new Result.Output(output, outputBytes, false, 0, new byte[32]),
            Result.Output.NONE);
    return IntStream.range(0, COHORT)
        .mapToObj(
            i ->
                new WatchedInvocation(
                    dev.muster.server.invocation.Invocation.pending(
                        new InvocationId(new UUID(2, i)),
                        ID,
                        new NodeId(new UUID(3, i)),
                        i,
                        TestBus.START,
                        TestBus.START),
                    Optional.of(result)))
        .toList();
  }

  /** Keeps what is sent. */
  private static final class Recording extends ServerCallStreamObserver<WatchExecutionResponse> {
    final List<WatchExecutionResponse> sent = new ArrayList<>();

    @Override
    public void onNext(WatchExecutionResponse value) {
      sent.add(value);
    }

    @Override
    public void onError(Throwable t) {}

    @Override
    public void onCompleted() {}

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setOnReadyHandler(Runnable onReadyHandler) {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void setOnCancelHandler(Runnable onCancelHandler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void disableAutoInboundFlowControl() {}
  }
}
