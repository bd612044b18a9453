// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.scenario;

import dev.muster.bench.BenchFailedException;
import dev.muster.bench.bed.Operator;
import dev.muster.proto.operator.v1.ExecutionServiceGrpc;
import dev.muster.proto.operator.v1.WatchDetail;
import dev.muster.proto.operator.v1.WatchExecutionRequest;
import dev.muster.proto.operator.v1.WatchExecutionResponse;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Streams that follow one execution. They take every message and read none of them: what is
 * measured is what watchers cost the server, and a hundred of them on one core would be slower at
 * reading than the nodes beside them at running.
 */
public final class DeafWatchers {
  private static final MethodDescriptor<WatchExecutionRequest, Integer> WATCH =
      ExecutionServiceGrpc.getWatchExecutionMethod().toBuilder(
              ExecutionServiceGrpc.getWatchExecutionMethod().getRequestMarshaller(), new Weighing())
          .build();

  private final CountDownLatch open;
  private final AtomicLong messages = new AtomicLong();
  private final AtomicReference<@Nullable Status> failure = new AtomicReference<>();

  private DeafWatchers(int count) {
    this.open = new CountDownLatch(count);
  }

  /** Opens so many watches of an execution. */
  static DeafWatchers open(Operator operator, String executionId, int count, WatchDetail detail) {
    DeafWatchers watchers = new DeafWatchers(count);
    WatchExecutionRequest request =
        WatchExecutionRequest.newBuilder().setExecutionId(executionId).setDetail(detail).build();
    for (int i = 0; i < count; i++) {
      ClientCalls.asyncServerStreamingCall(operator.call(WATCH), request, watchers.new Stream());
    }
    return watchers;
  }

  /**
   * Waits until the server has ended every stream, which it does once the execution has settled.
   *
   * @throws BenchFailedException if one ends otherwise, or not in time
   */
  void awaitEnd(Duration patience) {
    try {
      if (!open.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new BenchFailedException(open.getCount() + " watches have not ended in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Status failed = failure.get();
    if (failed != null) {
      throw new BenchFailedException("a watch ended with " + failed);
    }
  }

  /** Returns how many messages all of them got. */
  long messages() {
    return messages.get();
  }

  private final class Stream implements StreamObserver<Integer> {
    @Override
    public void onNext(Integer size) {
      messages.incrementAndGet();
    }

    @Override
    public void onError(Throwable fault) {
      failure.set(Status.fromThrowable(fault));
      open.countDown();
    }

    @Override
    public void onCompleted() {
      open.countDown();
    }
  }

  /** Makes of each {@link WatchExecutionResponse} its size. */
  private static final class Weighing implements MethodDescriptor.Marshaller<Integer> {
    @Override
    public InputStream stream(Integer value) {
      throw new UnsupportedOperationException("only the server sends these");
    }

    @Override
    public Integer parse(InputStream stream) {
      try {
        int size = stream.available();
        stream.skipNBytes(size);
        return size;
      } catch (IOException e) {
        throw Status.INTERNAL.withCause(e).asRuntimeException();
      }
    }
  }
}
