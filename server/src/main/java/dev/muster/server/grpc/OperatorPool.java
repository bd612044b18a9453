// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import dev.muster.proto.operator.v1.ActionServiceGrpc;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where operator calls run: a bounded number of threads that may block. A call that comes while
 * {@link #MAX_QUEUED} wait is refused with RATE_LIMITED, on the transport's thread, before it costs
 * anything; a call under way adds at most one more. PrepareAction waits for a node, up to seconds,
 * so it has threads of its own: silent nodes hold up no other call. Owns its threads; closed after
 * the server. Thread-safe.
 */
final class OperatorPool implements ServerCallExecutorSupplier, ServerInterceptor, AutoCloseable {
  static final int THREADS = 32;
  static final int MAX_QUEUED = 1_000;

  private static final Metadata.Key<String> REFUSED =
      Metadata.Key.of("muster-internal-refused", Metadata.ASCII_STRING_MARSHALLER);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final ThreadPoolExecutor calls;
  private final ThreadPoolExecutor prepares;
  private final int maxQueued;

  OperatorPool() {
    this(THREADS, MAX_QUEUED);
  }

  OperatorPool(int threads, int maxQueued) {
    this.calls = threads("muster-operator-", threads);
    this.prepares = threads("muster-prepare-", threads);
    this.maxQueued = maxQueued;
  }

  /**
   * The queue is bounded by {@link #getExecutor}: a task of a call under way must not be refused.
   */
  private static ThreadPoolExecutor threads(String name, int threads) {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, name + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  @Override
  public <Q, R> Executor getExecutor(ServerCall<Q, R> call, Metadata headers) {
    headers.discardAll(REFUSED);
    ThreadPoolExecutor pool = isPrepare(call) ? prepares : calls;
    if (pool.getQueue().size() < maxQueued) {
      return pool;
    }
    headers.put(REFUSED, "");
    return Runnable::run;
  }

  private static boolean isPrepare(ServerCall<?, ?> call) {
    return call.getMethodDescriptor()
        .getFullMethodName()
        .equals(ActionServiceGrpc.getPrepareActionMethod().getFullMethodName());
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (headers.containsKey(REFUSED)) {
      throw BusException.of(ErrorReason.RATE_LIMITED)
          .message("The server has more calls waiting than it takes; try again.")
          .retryAfter(RETRY_AFTER)
          .build();
    }
    return next.startCall(call, headers);
  }

  @Override
  public void close() {
    calls.shutdownNow();
    prepares.shutdownNow();
  }
}
