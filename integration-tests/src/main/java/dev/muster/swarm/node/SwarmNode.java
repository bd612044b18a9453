// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import com.google.protobuf.ByteString;
import dev.muster.agent.connection.FailureClass;
import dev.muster.proto.agent.v1.AgentServiceGrpc;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.WireErrors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A node of the swarm: its key, its journal, and whether it is to be in a session. Connects again
 * when a session ends, as an agent does. Confined to the event loop.
 */
public final class SwarmNode {
  static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final long FIRST_DELAY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_DELAY_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long STABLE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long LONGEST_TOLD_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final long SHORTEST_REAUTHENTICATION_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final String name;
  private final String nodeId;
  private final String bearer;
  private final NodeParts parts;
  private final ByteString journalId;
  private final NodeRuns runs;
  private final TimerWheel.Timer retry = TimerWheel.Timer.of(this::wantToConnect);
  private Phase phase = Phase.AWAY;
  private @Nullable NodeStream stream;
  private long lastEpoch;
  private int failures;
  private long readyAtNanos;

  private enum Phase {
    /** Is not to connect. */
    AWAY,
    /** Waits before the next attempt. */
    WAITING,
    /** Has asked to be opened. */
    QUEUED,
    /** Has a stream that is no session yet. */
    CONNECTING,
    /** Is in a session. */
    READY,
    /** Has said that it goes. */
    LEAVING,
    /** Was revoked. */
    STOPPED
  }

  /** Makes a node that is not to connect yet. */
  public SwarmNode(String name, NodeSecretKey key, NodeParts parts) {
    this.name = name;
    this.nodeId = key.nodeId().toString();
    this.bearer = "Bearer " + key.format();
    this.parts = parts;
    this.journalId = parts.randomId();
    this.runs = new NodeRuns(parts, this);
  }

  /** Returns its name. */
  public String name() {
    return name;
  }

  /** Returns whether it is in a session. */
  public boolean isReady() {
    return phase == Phase.READY;
  }

  /** The node is to be in a session: it asks to be opened at once, even where it waits to. */
  public void join() {
    if (phase == Phase.AWAY || phase == Phase.WAITING) {
      wantToConnect();
    }
  }

  /**
   * The node is to be in no session. Returns whether a connection has yet to end, which {@link
   * NodeListener#onGone} tells.
   */
  public boolean leave() {
    switch (phase) {
      case WAITING, QUEUED -> {
        parts.wheel.cancel(retry);
        phase = Phase.AWAY;
        return false;
      }
      case CONNECTING, READY -> {
        boolean wasReady = phase == Phase.READY;
        phase = Phase.LEAVING;
        over(wasReady);
        if (stream != null) {
          stream.leave();
        }
        return true;
      }
      case AWAY, LEAVING, STOPPED -> {
        return false;
      }
    }
    throw new IllegalStateException("a phase was forgotten: " + phase);
  }

  /** Opens a stream, if it still wants one; whether it did. */
  public boolean open() {
    if (phase != Phase.QUEUED) {
      return false;
    }
    phase = Phase.CONNECTING;
    parts.counters.attempts++;
    NodeStream made = new NodeStream(this, parts, runs, parts.channels.get());
    stream = made;
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, bearer);
    made.open(AgentServiceGrpc.getConnectMethod(), headers);
    return true;
  }

  /** Breaks the connection, as a lost network would; it connects again by itself. */
  public void breakConnection() {
    if (stream != null) {
      stream.breakOff("The connection was broken on purpose.");
    }
  }

  // ---- What its stream needs, and tells ----

  String nodeId() {
    return nodeId;
  }

  ByteString journalId() {
    return journalId;
  }

  long lastEpoch() {
    return lastEpoch;
  }

  /** Here memory is all the disk there is. */
  void confirmEpoch(long epoch) {
    lastEpoch = epoch;
  }

  void report(Report report) {
    if (stream != null) {
      stream.report(report);
    }
  }

  void onReady(NodeStream from) {
    if (from == stream && phase == Phase.CONNECTING) {
      phase = Phase.READY;
      readyAtNanos = parts.wheel.nanos();
      parts.listener.onAttemptOver(this);
      parts.listener.onReady(this);
    }
  }

  /** Told to go and come back. */
  void onReconnect(NodeStream from, Duration after) {
    if (from == stream) {
      boolean wasReady = phase == Phase.READY;
      stream = null;
      from.leave();
      phase = Phase.WAITING;
      parts.wheel.set(retry, Math.min(after.toNanos(), LONGEST_TOLD_NANOS));
      over(wasReady);
    }
  }

  void onEnded(NodeStream from, Status status, Metadata trailers) {
    if (from != stream) {
      return;
    }
    stream = null;
    if (phase == Phase.LEAVING) {
      phase = Phase.AWAY;
      parts.listener.onGone(this);
      return;
    }
    boolean wasReady = phase == Phase.READY;
    StatusRuntimeException failure = status.asRuntimeException(trailers);
    FailureClass sort = FailureClass.of(failure);
    if (WireErrors.reasonOf(failure).isPresent()) {
      parts.counters.refusals++;
    }
    if (!wasReady || status.getCode() != Status.Code.UNAVAILABLE) {
      parts.complaints.add(name, status.getCode() + ": " + status.getDescription());
    }
    if (sort == FailureClass.STOP) {
      phase = Phase.STOPPED;
      parts.listener.onStopped(this, String.valueOf(status.getDescription()));
    } else {
      phase = Phase.WAITING;
      parts.wheel.set(retry, delayNanos(sort, failure, wasReady));
    }
    over(wasReady);
  }

  /** An attempt or a session is over. */
  private void over(boolean wasReady) {
    if (wasReady) {
      parts.counters.disconnects++;
      parts.listener.onLost(this);
    } else {
      parts.listener.onAttemptOver(this);
    }
  }

  private void wantToConnect() {
    parts.wheel.cancel(retry);
    phase = Phase.QUEUED;
    parts.listener.onWantsToConnect(this);
  }

  private long delayNanos(FailureClass sort, StatusRuntimeException failure, boolean wasReady) {
    return switch (sort) {
      case RETRY -> backoffNanos(wasReady);
      case WAIT_AS_TOLD ->
          Math.min(
              WireErrors.retryAfter(failure).map(Duration::toNanos).orElse(LONGEST_TOLD_NANOS),
              LONGEST_TOLD_NANOS);
      case REAUTHENTICATE, STOP ->
          // As an agent without a join token does: its key may be right again.
          SHORTEST_REAUTHENTICATION_NANOS
              + parts.random.nextLong(LONGEST_TOLD_NANOS - SHORTEST_REAUTHENTICATION_NANOS);
    };
  }

  /** Anything between nothing and a bound that doubles: a swarm must not come back all at once. */
  private long backoffNanos(boolean wasReady) {
    if (wasReady && parts.wheel.nanos() - readyAtNanos >= STABLE_NANOS) {
      failures = 0;
    }
    long bound = Math.min(FIRST_DELAY_NANOS << Math.min(failures, 6), LONGEST_DELAY_NANOS);
    failures++;
    return parts.random.nextLong(bound);
  }

  @Override
  public String toString() {
    return name;
  }
}
