// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import com.google.protobuf.Timestamp;
import dev.muster.proto.agent.v1.AgentHeartbeat;
import dev.muster.proto.agent.v1.Callback;
import dev.muster.proto.agent.v1.CatalogAck;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.ConnectResponse;
import dev.muster.proto.agent.v1.EpochConfirmed;
import dev.muster.proto.agent.v1.Execute;
import dev.muster.proto.agent.v1.KeyOffer;
import dev.muster.proto.agent.v1.Prepare;
import dev.muster.proto.agent.v1.Refusal;
import dev.muster.proto.agent.v1.Welcome;
import dev.muster.wire.Limits;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One session of a node, from Hello to its end, on a connection of its own. What dies with the
 * stream is a field of this. Confined to the event loop.
 */
final class NodeStream extends ClientCall.Listener<ConnectResponse> {
  private static final long WELCOME_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long LEAVE_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long SHORTEST_BEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long LONGEST_BEAT_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final SwarmNode node;
  private final NodeParts parts;
  private final NodeRuns runs;
  private final ManagedChannel channel;
  private final CallbackWindow window = new CallbackWindow();
  private final JournalPages journal;

  /** Before Welcome its patience, then the heartbeat, at the end the patience with the goodbye. */
  private final TimerWheel.Timer pulse = TimerWheel.Timer.of(this::onPulse);

  private @Nullable ClientCall<ConnectRequest, ConnectResponse> call;
  private long epoch;
  private long beatNanos;
  private long heardNanos;
  private boolean welcomed;
  private boolean catalogAwaited;
  private boolean leaving;
  private boolean ended;

  NodeStream(SwarmNode node, NodeParts parts, NodeRuns runs, ManagedChannel channel) {
    this.node = node;
    this.parts = parts;
    this.runs = runs;
    this.channel = channel;
    runs.beginStream();
    this.journal = new JournalPages(runs);
  }

  /** Opens the stream and says Hello. */
  void open(MethodDescriptor<ConnectRequest, ConnectResponse> method, Metadata headers) {
    ClientCall<ConnectRequest, ConnectResponse> opened =
        channel.newCall(method, CallOptions.DEFAULT);
    call = opened;
    parts.wheel.set(pulse, WELCOME_PATIENCE_NANOS);
    opened.start(this, headers);
    // Nothing gathers here: a message is done with when onMessage returns.
    opened.request(Integer.MAX_VALUE);
    Hellos.of(node, parts, runs, journal).forEach(this::send);
  }

  /** There is something new to tell. */
  void report(Report report) {
    if (!report.undirected) {
      window.mark(report);
      sendCallbacks();
    }
  }

  /** Goes, in good order. */
  void leave() {
    if (!ended && !leaving && call != null) {
      leaving = true;
      window.clear();
      call.halfClose();
      channel.shutdown();
      parts.wheel.set(pulse, LEAVE_PATIENCE_NANOS);
    }
  }

  /** Ends the stream from this side because it is of no use any more. */
  void breakOff(String why) {
    if (!ended) {
      end(Status.UNAVAILABLE.withDescription(why), new Metadata());
    }
  }

  // ---- The server's messages ----

  @Override
  public void onMessage(ConnectResponse message) {
    if (ended || leaving) {
      return;
    }
    heardNanos = parts.wheel.nanos();
    if (!welcomed && !message.hasWelcome()) {
      return;
    }
    switch (message.getMessageCase()) {
      case EXECUTE -> onExecute(message.getExecute());
      case CALLBACK_ACK -> {
        window.acknowledge(
            message.getCallbackAck(),
            refusal -> {
              parts.counters.refusals++;
              parts.complaints.add(node.name(), "callback refused: " + refusal.getMessage());
            });
        sendCallbacks();
      }
      case HEARTBEAT -> {
        parts.serverTime.told(message.getHeartbeat().getServerTime());
        runs.startWaiting();
      }
      case PREPARE -> onPrepare(message.getPrepare());
      case CANCEL -> {
        runs.cancel(message.getCancel());
        runs.startWaiting();
      }
      case WELCOME -> onWelcome(message.getWelcome());
      case RECONCILE -> {
        journal.answered(message.getReconcile().getDirectivesList());
        runs.startWaiting();
      }
      case CATALOG_ACK -> onCatalogAck(message.getCatalogAck());
      case RECONNECT ->
          node.onReconnect(
              this,
              Duration.ofSeconds(
                  Math.max(0, message.getReconnect().getAfter().getSeconds()),
                  message.getReconnect().getAfter().getNanos()));
      case REFUSAL -> onRefusal(message.getRefusal());
      case KEY_OFFER -> onKeyOffer(message.getKeyOffer());
      case TAIL, MESSAGE_NOT_SET -> {} // Runs write at their end only.
    }
  }

  private void onWelcome(Welcome welcome) {
    if (welcomed) {
      breakOff("The server said Welcome twice.");
      return;
    }
    welcomed = true;
    epoch = welcome.getEpoch();
    node.confirmEpoch(epoch);
    parts.serverTime.told(welcome.getServerTime());
    window.limit(welcome.getLimits().getUnacknowledgedCallbacks());
    send(
        ConnectRequest.newBuilder()
            .setEpochConfirmed(EpochConfirmed.newBuilder().setEpoch(epoch))
            .build());
    beatNanos = beatNanos(welcome);
    parts.wheel.set(pulse, beatNanos);
    if (welcome.getCatalogWanted()) {
      catalogAwaited = true;
      send(NodeCatalog.PAGE);
    }
    journal.answered(welcome.getDirectivesList());
    runs.startWaiting();
    sendCallbacks();
    if (!catalogAwaited) {
      node.onReady(this);
    }
  }

  private void onExecute(Execute execute) {
    if (parts.replies.isPresent()) {
      parts.counters.executes++;
      parts.counters.callbacks += 2;
      parts.replies.get().to(execute, parts.answers.next()).forEach(this::send);
    } else if (execute.getEpoch() == epoch) {
      runs.execute(execute);
    }
  }

  private void onPrepare(Prepare prepare) {
    parts.counters.prepares++;
    if (prepare.getInvocationId().isEmpty()) {
      send(ConnectRequest.newBuilder().setPrepareResult(parts.prepares.describe(prepare)).build());
    } else {
      parts.prepares.getReady(prepare, runs).ifPresent(this::report);
    }
  }

  private void onCatalogAck(CatalogAck ack) {
    ack.getRefusedList()
        .forEach(refused -> parts.complaints.add(node.name(), refused.getMessage()));
    if (catalogAwaited) {
      catalogAwaited = false;
      node.onReady(this);
    }
  }

  private void onRefusal(Refusal refusal) {
    parts.counters.refusals++;
    parts.complaints.add(node.name(), "refused: " + refusal.getMessage());
    if (catalogAwaited) {
      breakOff("The server did not take the catalog.");
    }
  }

  /** A swarm keeps its keys for its next start and takes no new one; the old one goes on. */
  private void onKeyOffer(KeyOffer offer) {
    parts.complaints.add(node.name(), "the offered key " + offer.getKeyId() + " was not taken");
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    end(
        status.isOk() ? Status.UNAVAILABLE.withDescription("The server ended the stream.") : status,
        trailers);
  }

  // ---- Sending ----

  private void sendCallbacks() {
    if (!welcomed || leaving) {
      return;
    }
    for (Callback next = window.next(); next != null; next = window.next()) {
      parts.counters.callbacks++;
      send(ConnectRequest.newBuilder().setCallback(next).build());
    }
  }

  private void send(ConnectRequest message) {
    if (!ended && call != null) {
      call.sendMessage(message);
    }
  }

  private void onPulse() {
    if (leaving) {
      channel.shutdownNow();
    } else if (!welcomed) {
      breakOff("The server did not answer Hello.");
    } else if (parts.wheel.nanos() - heardNanos >= beatNanos * Limits.MISSED_HEARTBEATS) {
      breakOff("The server missed " + Limits.MISSED_HEARTBEATS + " heartbeats.");
    } else {
      send(
          ConnectRequest.newBuilder()
              .setHeartbeat(
                  AgentHeartbeat.newBuilder().setAgentTime(now()).setRunning(runs.running()))
              .build());
      parts.wheel.set(pulse, beatNanos);
    }
  }

  private Timestamp now() {
    return parts.steps.now();
  }

  private void end(Status status, Metadata trailers) {
    if (!ended) {
      ended = true;
      parts.wheel.cancel(pulse);
      window.clear();
      channel.shutdownNow();
      node.onEnded(this, status, trailers);
    }
  }

  private static long beatNanos(Welcome welcome) {
    long told =
        TimeUnit.SECONDS.toNanos(welcome.getHeartbeatInterval().getSeconds())
            + welcome.getHeartbeatInterval().getNanos();
    return told >= SHORTEST_BEAT_NANOS && told <= LONGEST_BEAT_NANOS
        ? told
        : Limits.HEARTBEAT_INTERVAL.toNanos();
  }
}
