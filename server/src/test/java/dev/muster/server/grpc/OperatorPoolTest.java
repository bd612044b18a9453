// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import static dev.muster.server.grpc.operator.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.proto.operator.v1.ActionServiceGrpc;
import dev.muster.proto.operator.v1.GetNodeRequest;
import dev.muster.proto.operator.v1.GetNodeResponse;
import dev.muster.proto.operator.v1.NodeServiceGrpc;
import dev.muster.proto.operator.v1.PrepareActionRequest;
import dev.muster.proto.operator.v1.PrepareActionResponse;
import dev.muster.server.node.TestBus;
import dev.muster.wire.WireErrors;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@SuppressWarnings("NullAway.Init") // Set before each test.
class OperatorPoolTest {
  private final OperatorPool pool = new OperatorPool(1, 2);
  private final Semaphore running = new Semaphore(0);
  private final CountDownLatch release = new CountDownLatch(1);
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    String name = InProcessServerBuilder.generateName();
    ErrorMappingInterceptor errors = new ErrorMappingInterceptor(TestBus.IDS);
    server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .callExecutor(pool)
            .addService(ServerInterceptors.interceptForward(new BlockingNodes(), errors, pool))
            .addService(ServerInterceptors.interceptForward(new BlockingActions(), errors, pool))
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  @AfterEach
  void stop() throws InterruptedException {
    release.countDown();
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    pool.close();
  }

  /** Holds its thread until the test lets go. */
  private final class BlockingNodes extends NodeServiceGrpc.NodeServiceImplBase {
    @Override
    public void getNode(GetNodeRequest request, StreamObserver<GetNodeResponse> response) {
      hold();
      response.onNext(GetNodeResponse.getDefaultInstance());
      response.onCompleted();
    }
  }

  private final class BlockingActions extends ActionServiceGrpc.ActionServiceImplBase {
    @Override
    public void prepareAction(
        PrepareActionRequest request, StreamObserver<PrepareActionResponse> response) {
      hold();
      response.onNext(PrepareActionResponse.getDefaultInstance());
      response.onCompleted();
    }
  }

  private void hold() {
    running.release();
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void beyondTheBound_callsAreRefused_andThoseBeforeAreAnswered() throws Exception {
    CompletableFuture<Boolean> first = getNode();
    running.acquire();
    CompletableFuture<Boolean> second = getNode();
    CompletableFuture<Boolean> third = getNode();

    var failure =
        assertRefused(
            "RATE_LIMITED",
            () -> {
              var unused =
                  NodeServiceGrpc.newBlockingStub(channel)
                      .getNode(GetNodeRequest.getDefaultInstance());
            });

    assertThat(WireErrors.retryAfter(failure)).isPresent();
    release.countDown();
    assertThat(first.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(second.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(third.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void preparesThatWait_holdUpNoOtherCall() throws Exception {
    CompletableFuture<Boolean> prepare = new CompletableFuture<>();
    ActionServiceGrpc.newStub(channel)
        .prepareAction(PrepareActionRequest.getDefaultInstance(), new Completing<>(prepare));
    running.acquire();

    CompletableFuture<Boolean> other = getNode();

    running.acquire(); // It runs, though the prepare still waits.
    assertThat(prepare).isNotDone();
    release.countDown();
    assertThat(other.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(prepare.get(10, TimeUnit.SECONDS)).isTrue();
  }

  private CompletableFuture<Boolean> getNode() {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    NodeServiceGrpc.newStub(channel)
        .getNode(GetNodeRequest.getDefaultInstance(), new Completing<>(done));
    return done;
  }

  private record Completing<T>(CompletableFuture<Boolean> done) implements StreamObserver<T> {
    @Override
    public void onNext(T value) {}

    @Override
    public void onError(Throwable t) {
      done.completeExceptionally(t);
    }

    @Override
    public void onCompleted() {
      done.complete(true);
    }
  }
}
