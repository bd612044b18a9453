// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import com.google.protobuf.ByteString;
import dev.muster.agent.catalog.Catalog;
import dev.muster.agent.execution.StreamStart;
import dev.muster.agent.execution.WireTimes;
import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.loop.Loop;
import dev.muster.proto.agent.v1.AgentHeartbeat;
import dev.muster.proto.agent.v1.AgentServiceGrpc;
import dev.muster.proto.agent.v1.Callback;
import dev.muster.proto.agent.v1.CallbackAck;
import dev.muster.proto.agent.v1.CatalogAck;
import dev.muster.proto.agent.v1.CatalogPage;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.ConnectResponse;
import dev.muster.proto.agent.v1.Directive;
import dev.muster.proto.agent.v1.DirectiveVerb;
import dev.muster.proto.agent.v1.EpochConfirmed;
import dev.muster.proto.agent.v1.Execute;
import dev.muster.proto.agent.v1.Hello;
import dev.muster.proto.agent.v1.JournalEntry;
import dev.muster.proto.agent.v1.JournalPage;
import dev.muster.proto.agent.v1.KeyAccepted;
import dev.muster.proto.agent.v1.KeyOffer;
import dev.muster.proto.agent.v1.OutputChunk;
import dev.muster.proto.agent.v1.Progress;
import dev.muster.proto.agent.v1.Reconnect;
import dev.muster.proto.agent.v1.Welcome;
import dev.muster.wire.CredentialFormatException;
import dev.muster.wire.Limits;
import dev.muster.wire.NodeSecretKey;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream, from Hello to its end. Everything that dies with the stream is a field of this.
 * Confined to the loop; the transport's calls are passed on to it, and no more messages are asked
 * for than have been dealt with.
 */
final class AgentStream {
  private static final Logger log = LoggerFactory.getLogger(AgentStream.class);
  private static final Duration WELCOME_PATIENCE = Duration.ofSeconds(30);
  private static final Duration LONGEST_HEARTBEAT = Duration.ofMinutes(5);
  private static final int MESSAGES_AHEAD = 16;

  /** Hears of the stream's two great moments, on the loop. */
  interface Owner {
    void onWelcome(AgentStream stream, Welcome welcome);

    void onReconnect(AgentStream stream, Reconnect reconnect);

    void onEnded(AgentStream stream, Throwable cause);
  }

  private final NodeParts parts;
  private final Loop loop;
  private final Owner owner;
  private final CallbackWindow window = new CallbackWindow();
  private final Map<InvocationId, Integer> stepsTold = new HashMap<>();
  private final Set<InvocationId> undirected = new HashSet<>();
  private final Queue<List<JournalEntry>> undirectedPages = new ArrayDeque<>();

  private @Nullable OutboundStream outbound;
  private @Nullable ClientCallStreamObserver<ConnectRequest> call;
  private ByteString catalogTold = ByteString.EMPTY;
  private int catalogPageBytes = Limits.CATALOG_PAGE_BYTES;
  private long generation;
  private long epoch;
  private boolean welcomed;
  private boolean ended;
  private long lastHeardNanos;

  AgentStream(NodeParts parts, Owner owner) {
    this.parts = parts;
    this.loop = parts.loop();
    this.owner = owner;
  }

  /** Opens the stream and says Hello. */
  void open(Channel channel, NodeSecretKey key) {
    AgentServiceGrpc.newStub(Authorization.attach(channel, key)).connect(new FromServer());
    sayHello(key);
    lastHeardNanos = loop.nanos();
    loop.after(
        WELCOME_PATIENCE,
        () -> {
          if (!welcomed) {
            breakOff("The server did not answer Hello.");
          }
        });
  }

  /** There is something new to report. */
  void report(InvocationId id) {
    if (!undirected.contains(id)) {
      window.mark(id);
      sendCallbacks();
    }
  }

  void progress(Progress progress) {
    if (welcomed) {
      sendIfReady(ConnectRequest.newBuilder().setProgress(progress).build());
    }
  }

  void output(OutputChunk chunk) {
    if (welcomed) {
      sendIfReady(ConnectRequest.newBuilder().setOutputChunk(chunk).build());
    }
  }

  /** The catalog may have changed. */
  void announceCatalog() {
    Catalog catalog = parts.catalog().get();
    if (welcomed && !catalog.digest().equals(catalogTold)) {
      sendCatalog(catalog);
    }
  }

  /** Returns whether all reports are durable. */
  boolean isDrained() {
    return !welcomed || window.isEmpty();
  }

  /** Ends the stream in good order. */
  void close() {
    if (outbound != null) {
      outbound.close();
    }
    ended = true;
  }

  // Hello.

  private void sayHello(NodeSecretKey key) {
    StreamStart start = parts.runner().beginStream();
    generation = start.generation();
    Catalog catalog = parts.catalog().get();
    catalogTold = catalog.digest();
    for (JournalEntry entry : start.journal()) {
      InvocationId.parse(entry.getInvocationId())
          .ifPresent(
              id -> {
                stepsTold.put(id, entry.getStepsCount());
                undirected.add(id);
              });
    }
    List<List<JournalEntry>> pages = HelloPager.pages(start.journal());
    undirectedPages.addAll(pages);
    NodeFacts facts = parts.facts();
    send(
        ConnectRequest.newBuilder()
            .setHello(
                Hello.newBuilder()
                    .setProtocolVersion(Limits.PROTOCOL_VERSION)
                    .setNodeId(key.nodeId().toString())
                    .setJournalId(start.journalId())
                    .setLastEpoch(start.lastEpoch())
                    .setInstanceId(facts.instanceId())
                    .setAgentVersion(facts.agentVersion())
                    .setMachineId(facts.machine().id())
                    .putAllFacts(facts.machine().facts())
                    .setSlots(facts.slots())
                    .setCatalogDigest(catalogTold)
                    .addAllJournal(pages.get(0))
                    .setJournalContinues(pages.size() > 1)
                    .addAllReservations(start.reservations())
                    .setAgentTime(WireTimes.timestamp(loop.wallTime())))
            .build());
    for (int i = 1; i < pages.size(); i++) {
      send(
          ConnectRequest.newBuilder()
              .setJournalPage(
                  JournalPage.newBuilder()
                      .addAllJournal(pages.get(i))
                      .setContinues(i + 1 < pages.size()))
              .build());
    }
  }

  private void onWelcome(Welcome welcome) {
    if (welcomed) {
      breakOff("The server said Welcome twice.");
      return;
    }
    if (welcome.hasServerTime()) {
      parts.clock().measured(WireTimes.instant(welcome.getServerTime()));
    }
    try {
      // On disk before anything is handed over: a Hello with less can only be a restored disk's.
      if (!parts.journal().confirmEpoch(generation, welcome.getEpoch())) {
        breakOff("A newer stream has taken over.");
        return;
      }
    } catch (IOException e) {
      log.error("The epoch cannot be stored.", e);
      breakOff("The epoch cannot be stored.");
      return;
    }
    welcomed = true;
    epoch = welcome.getEpoch();
    window.limit(welcome.getLimits().getUnacknowledgedCallbacks());
    if (welcome.getLimits().getCatalogPageBytes() > 0) {
      catalogPageBytes = welcome.getLimits().getCatalogPageBytes();
    }
    send(
        ConnectRequest.newBuilder()
            .setEpochConfirmed(EpochConfirmed.newBuilder().setEpoch(epoch))
            .build());
    Catalog catalog = parts.catalog().get();
    if (welcome.getCatalogWanted() || !catalog.digest().equals(catalogTold)) {
      sendCatalog(catalog);
    }
    direct(welcome.getDirectivesList());
    scheduleHeartbeat(heartbeatInterval(welcome));
    owner.onWelcome(this, welcome);
    sendCallbacks();
  }

  /** Deals with the next page of what Hello told. */
  private void direct(List<Directive> directives) {
    List<JournalEntry> page = undirectedPages.poll();
    for (Directive directive : directives) {
      InvocationId.parse(directive.getInvocationId())
          .ifPresent(id -> direct(id, directive.getVerb()));
    }
    if (page != null) {
      for (JournalEntry entry : page) {
        // Nothing may stay held because an answer is missing.
        InvocationId.parse(entry.getInvocationId())
            .filter(undirected::contains)
            .ifPresent(id -> direct(id, DirectiveVerb.DIRECTIVE_VERB_REPORT));
      }
    }
    parts.runner().startWaiting();
  }

  private void direct(InvocationId id, DirectiveVerb verb) {
    undirected.remove(id);
    parts.runner().direct(generation, id, verb, stepsTold.getOrDefault(id, 0));
  }

  // Messages of the server.

  private void onMessage(ConnectResponse message) {
    if (ended) {
      return;
    }
    lastHeardNanos = loop.nanos();
    boolean isWelcome = message.getMessageCase() == ConnectResponse.MessageCase.WELCOME;
    if (!welcomed && !isWelcome) {
      log.debug("{} before Welcome was passed over.", message.getMessageCase());
      return;
    }
    switch (message.getMessageCase()) {
      case EXECUTE -> onExecute(message.getExecute());
      case CALLBACK_ACK -> onCallbackAck(message.getCallbackAck());
      case HEARTBEAT -> {
        if (message.getHeartbeat().hasServerTime()) {
          parts.clock().measured(WireTimes.instant(message.getHeartbeat().getServerTime()));
          parts.runner().startWaiting();
        }
      }
      case PREPARE ->
          parts
              .prepareDesk()
              .prepare(
                  message.getPrepare(),
                  result -> send(ConnectRequest.newBuilder().setPrepareResult(result).build()));
      case CANCEL -> parts.runner().cancel(generation, message.getCancel());
      case WELCOME -> onWelcome(message.getWelcome());
      case RECONCILE -> direct(message.getReconcile().getDirectivesList());
      case CATALOG_ACK -> onCatalogAck(message.getCatalogAck());
      case TAIL -> parts.runner().tail(message.getTail());
      case RECONNECT -> owner.onReconnect(this, message.getReconnect());
      case KEY_OFFER -> onKeyOffer(message.getKeyOffer());
      case REFUSAL ->
          log.warn(
              "The server refused a message: {} {}",
              message.getRefusal().getReason(),
              message.getRefusal().getMessage());
      case MESSAGE_NOT_SET -> log.debug("A message of a newer server was passed over.");
    }
  }

  private void onExecute(Execute execute) {
    if (execute.getEpoch() != epoch) {
      log.atWarn()
          .addKeyValue("invocation", execute.getInvocationId())
          .log("EXECUTE of epoch {} came in epoch {}.", execute.getEpoch(), epoch);
      return;
    }
    parts.runner().execute(generation, execute);
  }

  private void onCallbackAck(CallbackAck ack) {
    CallbackWindow.Acknowledged acknowledged = window.acknowledge(ack);
    parts.runner().acknowledged(generation, acknowledged.stepsThrough());
    for (CallbackWindow.Refused refused : acknowledged.refusals()) {
      log.atWarn()
          .addKeyValue("invocation", refused.id())
          .log(
              "A callback was refused: {} {}",
              refused.refusal().getReason(),
              refused.refusal().getMessage());
      if (refused.refusal().getFinal()) {
        parts.runner().refusedForGood(generation, refused.id());
      }
    }
    sendCallbacks();
  }

  private void onCatalogAck(CatalogAck ack) {
    ack.getChangesList()
        .forEach(change -> log.info("Catalog: {} {}", change.getAction(), change.getFieldsList()));
    ack.getRefusedList()
        .forEach(
            refused ->
                log.error("Catalog: {} is refused: {}", refused.getAction(), refused.getMessage()));
  }

  private void onKeyOffer(KeyOffer offer) {
    try {
      parts.identity().replaceKey(NodeSecretKey.parse(offer.getNodeSecretKey()));
    } catch (CredentialFormatException | IOException e) {
      log.error("The offered key {} cannot be taken.", offer.getKeyId(), e);
      return;
    }
    send(
        ConnectRequest.newBuilder()
            .setKeyAccepted(KeyAccepted.newBuilder().setKeyId(offer.getKeyId()))
            .build());
  }

  // Sending.

  private void sendCallbacks() {
    while (welcomed && !ended) {
      Optional<Callback> callback = window.next(parts.runner()::pending);
      if (callback.isEmpty()) {
        return;
      }
      send(ConnectRequest.newBuilder().setCallback(callback.get()).build());
    }
  }

  private void sendCatalog(Catalog catalog) {
    catalogTold = catalog.digest();
    for (CatalogPage page : catalog.pages(catalogPageBytes)) {
      send(ConnectRequest.newBuilder().setCatalogPage(page).build());
    }
  }

  private void scheduleHeartbeat(Duration interval) {
    loop.after(interval, () -> heartbeat(interval));
  }

  private void heartbeat(Duration interval) {
    if (ended) {
      return;
    }
    long silence = loop.nanos() - lastHeardNanos;
    if (silence >= interval.multipliedBy(Limits.MISSED_HEARTBEATS).toNanos()) {
      breakOff("The server missed " + Limits.MISSED_HEARTBEATS + " heartbeats.");
      return;
    }
    send(
        ConnectRequest.newBuilder()
            .setHeartbeat(
                AgentHeartbeat.newBuilder()
                    .setAgentTime(WireTimes.timestamp(loop.wallTime()))
                    .setRunning(parts.runner().running()))
            .build());
    scheduleHeartbeat(interval);
  }

  private static Duration heartbeatInterval(Welcome welcome) {
    Duration told =
        welcome.hasHeartbeatInterval()
            ? WireTimes.duration(welcome.getHeartbeatInterval())
            : Limits.HEARTBEAT_INTERVAL;
    boolean sane =
        told.compareTo(Duration.ofMillis(10)) >= 0 && told.compareTo(LONGEST_HEARTBEAT) <= 0;
    return sane ? told : Limits.HEARTBEAT_INTERVAL;
  }

  private void send(ConnectRequest message) {
    if (!ended && outbound != null && !outbound.trySend(message)) {
      breakOff("The server takes nothing any more.");
    }
  }

  private void sendIfReady(ConnectRequest message) {
    if (!ended && outbound != null) {
      outbound.sendIfReady(message);
    }
  }

  /** Ends the stream from this side because it is of no use any more. */
  private void breakOff(String why) {
    if (!ended) {
      if (call != null) {
        call.cancel(why, null);
      }
      end(Status.UNAVAILABLE.withDescription(why).asRuntimeException());
    }
  }

  private void end(Throwable cause) {
    if (!ended) {
      ended = true;
      if (outbound != null) {
        outbound.abandon();
      }
      owner.onEnded(this, cause);
    }
  }

  /** The receiving side, called by the transport. */
  private final class FromServer
      implements ClientResponseObserver<ConnectRequest, ConnectResponse> {
    private @Nullable ClientCallStreamObserver<ConnectRequest> requests;

    @Override
    public void beforeStart(ClientCallStreamObserver<ConnectRequest> requests) {
      this.requests = requests;
      call = requests;
      OutboundStream made = new OutboundStream(requests);
      outbound = made;
      requests.disableAutoRequestWithInitial(MESSAGES_AHEAD);
      requests.setOnReadyHandler(() -> loop.execute(made::flush));
    }

    @Override
    public void onNext(ConnectResponse message) {
      loop.execute(
          () -> {
            try {
              onMessage(message);
            } finally {
              if (requests != null) {
                requests.request(1);
              }
            }
          });
    }

    @Override
    public void onError(Throwable failure) {
      loop.execute(() -> end(failure));
    }

    @Override
    public void onCompleted() {
      loop.execute(
          () ->
              end(
                  Status.UNAVAILABLE
                      .withDescription("The server ended the stream.")
                      .asRuntimeException()));
    }
  }
}
