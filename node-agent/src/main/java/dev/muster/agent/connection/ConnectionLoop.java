// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import dev.muster.agent.AgentListener;
import dev.muster.agent.AgentListener.StopCause;
import dev.muster.agent.execution.Uplink;
import dev.muster.agent.execution.WireTimes;
import dev.muster.agent.identity.Trust;
import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.loop.Loop;
import dev.muster.proto.agent.v1.OutputChunk;
import dev.muster.proto.agent.v1.Progress;
import dev.muster.proto.agent.v1.Reconnect;
import dev.muster.proto.agent.v1.Welcome;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.WireErrors;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the node in a session: enrolls it if it has no key, opens a stream, and opens the next when
 * one ends, as {@link FailureClass} says. At most one stream at a time, each on a channel of its
 * own. Confined to the loop.
 */
public final class ConnectionLoop implements Uplink, AgentStream.Owner {
  private static final Logger log = LoggerFactory.getLogger(ConnectionLoop.class);
  private static final Duration SHORTEST_REAUTHENTICATION = Duration.ofMinutes(1);
  private static final Duration LONGEST_REAUTHENTICATION = Duration.ofMinutes(10);
  private static final Duration LONGEST_TOLD = Duration.ofMinutes(10);
  private static final Duration DRAIN_LOOK = Duration.ofMillis(10);
  private static final Duration LEAVE_PATIENCE = Duration.ofSeconds(10);
  private static final Duration PRUNE_INTERVAL = Duration.ofHours(6);

  private final ServerConnection connection;
  private final AgentListener listener;
  private final DoubleSupplier random;

  // Set by start, before anything else is called.
  private @Nullable NodeParts parts;
  private @Nullable Backoff backoff;
  private @Nullable Enrollment enrollment;

  private @Nullable AgentStream stream;
  private @Nullable ManagedChannel channel;
  private Loop.@Nullable Timer attempt;
  private boolean stopped;

  /**
   * Makes a loop that is not started.
   *
   * @param random from 0 to below 1, for jitter
   */
  public ConnectionLoop(
      ServerConnection connection, AgentListener listener, DoubleSupplier random) {
    this.connection = connection;
    this.listener = listener;
    this.random = random;
  }

  /** Begins to connect. */
  public void start(NodeParts parts) {
    this.parts = parts;
    backoff = new Backoff(parts.loop()::nanos, random);
    enrollment = new Enrollment(connection, parts.identity(), parts.facts(), parts.loop());
    connect();
    pruneFromTimeToTime();
  }

  /** The catalog may have changed. */
  public void announceCatalog() {
    if (stream != null) {
      stream.announceCatalog();
    }
  }

  /** Leaves once all reports are durable, or this much time has passed; connects no more. */
  public void close(Duration patience, Runnable onClosed) {
    stopped = true;
    if (attempt != null) {
      attempt.cancel();
    }
    AgentStream live = stream;
    if (live == null || live.isDrained() || patience.isNegative() || patience.isZero()) {
      if (live != null) {
        live.close();
      }
      stream = null;
      closeChannel(false);
      onClosed.run();
    } else {
      loop().after(DRAIN_LOOK, () -> close(patience.minus(DRAIN_LOOK), onClosed));
    }
  }

  @Override
  public void report(InvocationId id) {
    if (stream != null) {
      stream.report(id);
    }
  }

  @Override
  public void progress(Progress progress) {
    if (stream != null) {
      stream.progress(progress);
    }
  }

  @Override
  public void output(OutputChunk chunk) {
    if (stream != null) {
      stream.output(chunk);
    }
  }

  @Override
  public void onWelcome(AgentStream from, Welcome welcome) {
    backoff().connected();
    log.info(
        "Session {} of node {} with replica {}.",
        welcome.getEpoch(),
        welcome.getNodeName(),
        welcome.getReplicaId());
    listener.onConnected(welcome.getNodeName(), connection.address(), welcome.getEpoch());
    prune();
  }

  @Override
  public void onReconnect(AgentStream from, Reconnect reconnect) {
    if (from == stream) {
      from.close();
      leave(true, "asked to: " + reconnect.getReason());
      Duration after = WireTimes.duration(reconnect.getAfter());
      connectAfter(bounded(after));
    }
  }

  @Override
  public void onEnded(AgentStream from, Throwable cause) {
    if (from == stream) {
      leave(false, describe(cause));
      if (!stopped) {
        failed(cause);
      }
    }
  }

  private void connect() {
    attempt = null;
    if (stopped) {
      return;
    }
    try {
      Optional<NodeSecretKey> key = parts().identity().key();
      if (key.isPresent()) {
        openStream(key.get());
      } else {
        enroll();
      }
    } catch (IOException | GeneralSecurityException e) {
      log.error("No connection can be opened.", e);
      connectAfter(backoff().next());
    }
  }

  private void openStream(NodeSecretKey key) throws IOException, GeneralSecurityException {
    ManagedChannel opened = connection.open(trust());
    AgentStream made = new AgentStream(parts(), this);
    channel = opened;
    stream = made;
    made.open(opened, key);
  }

  private Trust trust() throws IOException {
    NodeFacts facts = parts().facts();
    if (facts.plaintext()) {
      return new Trust.Plaintext();
    }
    Optional<String> authority = facts.caCertificatePem();
    return authority.isPresent()
        ? new Trust.KnownAuthority(authority.get())
        : parts()
            .identity()
            .caCertificatePem()
            .<Trust>map(Trust.KnownAuthority::new)
            .orElse(new Trust.PublicAuthorities());
  }

  private void failed(Throwable cause) {
    switch (FailureClass.of(cause)) {
      case RETRY -> connectAfter(backoff().next());
      case WAIT_AS_TOLD -> connectAfter(bounded(WireErrors.retryAfter(cause).orElse(LONGEST_TOLD)));
      case REAUTHENTICATE -> {
        if (parts().facts().joinToken().isPresent()) {
          log.warn("The server does not take the node's key; the node enrolls anew.");
          enroll();
        } else {
          log.warn("The server does not take the node's key; the node tries again in minutes.");
          connectAfter(reauthenticationDelay());
        }
      }
      case STOP -> stop(StopCause.NSK_REVOKED, describe(cause));
    }
  }

  private void enroll() {
    if (parts().facts().joinToken().isEmpty()) {
      stop(
          StopCause.ENROLLMENT_REFUSED,
          "The node has no key and no join token to get one with. Give it a join token.");
      return;
    }
    Objects.requireNonNull(enrollment)
        .enroll(
            parts().facts().joinToken().get(),
            new Enrollment.Listener() {
              @Override
              public void onEnrolled() {
                log.info("The node is enrolled.");
                connect();
              }

              @Override
              public void onFailed(Throwable failure) {
                enrollmentFailed(failure);
              }
            });
  }

  private void enrollmentFailed(Throwable failure) {
    if (stopped) {
      return;
    }
    String why = describe(failure);
    listener.onDisconnected(why);
    if (!isGrpcFailure(failure)) {
      log.error("The node cannot enroll.", failure);
      connectAfter(backoff().next());
    } else if (!FailureClass.isEnrollmentRefused(failure)) {
      log.warn("The node cannot enroll yet: {}", why);
      connectAfter(
          WireErrors.retryAfter(failure).map(this::bounded).orElseGet(() -> backoff().next()));
    } else if (hasKey()) {
      log.warn("The server does not enroll the node anew: {}", why);
      connectAfter(reauthenticationDelay());
    } else {
      stop(StopCause.ENROLLMENT_REFUSED, why);
    }
  }

  private boolean hasKey() {
    try {
      return parts().identity().key().isPresent();
    } catch (IOException e) {
      return true; // There is one, if a damaged one: it is not for us to give up on it.
    }
  }

  private void stop(StopCause cause, String why) {
    stopped = true;
    log.error("The agent stops: {}", why);
    listener.onStopped(cause, why);
  }

  private void connectAfter(Duration delay) {
    if (!stopped) {
      log.info("The agent connects in {} ms.", delay.toMillis());
      attempt = loop().after(delay, this::connect);
    }
  }

  private void leave(boolean inOrder, String why) {
    stream = null;
    closeChannel(inOrder);
    log.info("The session is over: {}", why);
    listener.onDisconnected(why);
  }

  private void closeChannel(boolean inOrder) {
    ManagedChannel old = channel;
    channel = null;
    if (old != null) {
      if (inOrder) {
        old.shutdown();
        loop().after(LEAVE_PATIENCE, old::shutdownNow);
      } else {
        old.shutdownNow();
      }
    }
  }

  private void pruneFromTimeToTime() {
    prune();
    loop().after(PRUNE_INTERVAL, this::pruneFromTimeToTime);
  }

  private void prune() {
    parts()
        .clock()
        .now()
        .ifPresent(
            now -> {
              try {
                parts().journal().prune(now);
              } catch (IOException e) {
                log.warn("The spent log cannot be pruned: {}", e.getMessage());
              }
            });
  }

  private Duration reauthenticationDelay() {
    Duration spread = LONGEST_REAUTHENTICATION.minus(SHORTEST_REAUTHENTICATION);
    return SHORTEST_REAUTHENTICATION.plus(
        Duration.ofNanos((long) (spread.toNanos() * random.getAsDouble())));
  }

  private Duration bounded(Duration told) {
    Duration positive = told.isNegative() ? Duration.ZERO : told;
    return positive.compareTo(LONGEST_TOLD) > 0 ? LONGEST_TOLD : positive;
  }

  private static boolean isGrpcFailure(Throwable failure) {
    return failure instanceof StatusRuntimeException;
  }

  private static String describe(Throwable failure) {
    Status status = Status.fromThrowable(failure);
    String reason =
        WireErrors.reasonOf(failure).map(found -> " " + WireErrors.nameOf(found)).orElse("");
    String description = status.getDescription() == null ? "" : ": " + status.getDescription();
    Throwable cause = status.getCause();
    String because = cause == null || cause == failure ? "" : " (" + cause.getMessage() + ")";
    return status.getCode() + reason + description + because;
  }

  private Loop loop() {
    return parts().loop();
  }

  private NodeParts parts() {
    return Objects.requireNonNull(parts, "not started");
  }

  private Backoff backoff() {
    return Objects.requireNonNull(backoff, "not started");
  }
}
