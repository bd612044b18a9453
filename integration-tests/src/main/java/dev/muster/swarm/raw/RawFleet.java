// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.raw;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.muster.proto.agent.v1.ConnectResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The nodes of the raw server, and the two things that are measured with them. One measurement at a
 * time; nodes come, go and reply on the transport's threads.
 */
final class RawFleet {
  private static final int REPLIES_TO_EXECUTE = 2;
  private static final int PATIENCE_SECONDS = 60;

  private final Set<StreamObserver<ConnectResponse>> nodes = new LinkedHashSet<>(); // its own lock
  private final AtomicInteger missing = new AtomicInteger();
  private final Semaphore complete = new Semaphore(0);
  private final SplittableRandom random = new SplittableRandom(); // of whoever measures

  void add(StreamObserver<ConnectResponse> node) {
    synchronized (nodes) {
      nodes.add(node);
    }
  }

  void remove(StreamObserver<ConnectResponse> node) {
    synchronized (nodes) {
      nodes.remove(node);
    }
  }

  int size() {
    synchronized (nodes) {
      return nodes.size();
    }
  }

  /** A node has replied. */
  void replied() {
    if (missing.decrementAndGet() == 0) {
      complete.release();
    }
  }

  /** Sends an EXECUTE to so many nodes; returns after how many ms the last reply was there. */
  double fanOut(int count, int inputBytes) throws IOException, InterruptedException {
    List<StreamObserver<ConnectResponse>> cohort = first(count);
    long start = System.nanoTime();
    expect(REPLIES_TO_EXECUTE * count);
    Instant now = Instant.now();
    ByteString order = RawOrders.order(inputBytes, now);
    Timestamp startBefore = RawOrders.timestamp(now.plusSeconds(TimeUnit.HOURS.toSeconds(1)));
    for (StreamObserver<ConnectResponse> node : cohort) {
      node.onNext(RawOrders.execute(newId(), order, startBefore));
    }
    awaitReplies();
    return (System.nanoTime() - start) / 1_000_000.0;
  }

  /** Sends PREPARE to one node, waits for its answer, and so on. */
  Latencies pingPong(int count, int inputBytes) throws IOException, InterruptedException {
    StreamObserver<ConnectResponse> node = first(1).get(0);
    ByteString input = RawOrders.input(inputBytes);
    long[] nanos = new long[count];
    for (int i = 0; i < count; i++) {
      long start = System.nanoTime();
      expect(1);
      node.onNext(RawOrders.prepare(i, input, Instant.now()));
      awaitReplies();
      nanos[i] = System.nanoTime() - start;
    }
    return Latencies.of(nanos);
  }

  private List<StreamObserver<ConnectResponse>> first(int count) {
    synchronized (nodes) {
      if (nodes.size() < count) {
        throw new IllegalArgumentException("there are " + nodes.size() + " nodes");
      }
      return nodes.stream().limit(count).toList();
    }
  }

  private void expect(int replies) {
    complete.drainPermits();
    missing.set(replies);
  }

  private void awaitReplies() throws IOException, InterruptedException {
    if (!complete.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException(missing.get() + " replies are missing");
    }
  }

  /** Ids need not be secret here, and must not cost more than Muster's. */
  private UUID newId() {

    return new UUID(random.nextLong(), random.nextLong());
  }
}
