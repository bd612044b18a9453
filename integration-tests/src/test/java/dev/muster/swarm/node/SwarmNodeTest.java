// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.proto.agent.v1.Cancel;
import dev.muster.proto.agent.v1.CatalogAck;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.ConnectResponse;
import dev.muster.proto.agent.v1.DirectiveVerb;
import dev.muster.proto.agent.v1.Execute;
import dev.muster.proto.agent.v1.Prepare;
import dev.muster.proto.agent.v1.Reconnect;
import dev.muster.proto.agent.v1.Reservation;
import dev.muster.proto.agent.v1.Welcome;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.Secret;
import dev.muster.wire.WireErrors;
import io.grpc.Status;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a node of the swarm does on the wire. */
final class SwarmNodeTest {
  private static final Duration LONGEST_FIRST_BACKOFF = Duration.ofSeconds(1);

  private final FakeTicker ticker = new FakeTicker();
  private final ScriptedServer server = new ScriptedServer();
  private final SplittableRandom random = new SplittableRandom(1);
  private final Answers answers = new Answers(random);
  private final List<String> heard = new ArrayList<>();
  private final NodeParts parts =
      new NodeParts(
          ticker.wheel(),
          InstantSource.fixed(Instant.EPOCH),
          random,
          server::open,
          answers,
          2,
          false,
          new OpensAtOnce());
  private final NodeSecretKey key =
      new NodeSecretKey(UUID.randomUUID(), Secret.random(new SecureRandom()));
  private final SwarmNode node = new SwarmNode("n-1", key, parts);

  /** Lets the node connect whenever it wants to, and writes down what it tells. */
  private final class OpensAtOnce implements NodeListener {
    @Override
    public void onWantsToConnect(SwarmNode wants) {
      var unused = wants.open();
    }

    @Override
    public void onAttemptOver(SwarmNode of) {}

    @Override
    public void onReady(SwarmNode ready) {
      heard.add("ready");
    }

    @Override
    public void onLost(SwarmNode lost) {
      heard.add("lost");
    }

    @Override
    public void onGone(SwarmNode gone) {
      heard.add("gone");
    }

    @Override
    public void onStopped(SwarmNode stopped, String why) {
      heard.add("stopped");
    }
  }

  @AfterEach
  void closeServer() {
    server.close();
  }

  private void connect() {
    node.join();
    server.welcome(Map.of());
  }

  private void breakAndReturn() {
    server.end(Status.UNAVAILABLE.asRuntimeException());
    node.join();
  }

  @Test
  void welcome_isConfirmed_andMakesTheNodeReady() {
    connect();

    assertThat(server.hello().getNodeId()).isEqualTo(key.nodeId().toString());
    assertThat(server.received().get(1).getEpochConfirmed().getEpoch()).isEqualTo(1);
    assertThat(heard).containsExactly("ready");
  }

  @Test
  void catalog_wanted_isSent_andAcknowledgedBeforeTheNodeIsReady() {
    node.join();
    server.send(
        ConnectResponse.newBuilder()
            .setWelcome(
                Welcome.newBuilder()
                    .setEpoch(1)
                    .setServerTime(ScriptedServer.at(0))
                    .setCatalogWanted(true)));
    List<String> before = List.copyOf(heard);

    server.send(ConnectResponse.newBuilder().setCatalogAck(CatalogAck.getDefaultInstance()));

    assertThat(before).isEmpty();
    assertThat(heard).containsExactly("ready");
    assertThat(server.received().get(2).getCatalogPage().getDigest())
        .isEqualTo(server.hello().getCatalogDigest());
  }

  @Test
  void quickRun_isToldInOneCallback() {
    connect();

    server.execute();

    assertThat(server.reported()).containsExactly(List.of("ACKNOWLEDGED", "STARTED", "SUCCEEDED"));
  }

  @Test
  void longerRun_isToldInTwoCallbacks() {
    answers.set(Answers.Key.ANSWER_MS, 200);
    connect();

    server.execute();
    ticker.advance(Duration.ofMillis(100));
    List<List<String>> early = server.reported();
    ticker.advance(Duration.ofMillis(110));

    assertThat(early).containsExactly(List.of("ACKNOWLEDGED", "STARTED"));
    assertThat(server.reported())
        .containsExactly(List.of("ACKNOWLEDGED", "STARTED"), List.of("SUCCEEDED"));
  }

  @Test
  void runOfTheDelayOfReports_isToldInOneCallback() {
    answers.set(Answers.Key.ANSWER_MS, 20);
    connect();

    server.execute();
    ticker.advance(Duration.ofMillis(100));

    assertThat(server.reported()).containsExactly(List.of("ACKNOWLEDGED", "STARTED", "SUCCEEDED"));
  }

  @Test
  void surplus_waitsForASlot() {
    answers.set(Answers.Key.ANSWER_MS, 200);
    connect();

    for (int i = 0; i < 3; i++) {
      server.execute();
    }
    ticker.advance(Duration.ofMillis(100));
    List<List<String>> early = server.reported();
    ticker.advance(Duration.ofMillis(110));
    ticker.advance(Duration.ofMillis(210));

    assertThat(early)
        .containsExactlyInAnyOrder(
            List.of("ACKNOWLEDGED", "STARTED"),
            List.of("ACKNOWLEDGED", "STARTED"),
            List.of("ACKNOWLEDGED"));
    assertThat(server.reported().stream().filter(steps -> steps.contains("SUCCEEDED"))).hasSize(3);
  }

  @Test
  void failPercent_makesRunsFail() {
    answers.set(Answers.Key.FAIL_PERCENT, 100);
    connect();

    server.execute();

    assertThat(server.reported()).containsExactly(List.of("ACKNOWLEDGED", "STARTED", "FAILED"));
  }

  @Test
  void runTimeout_endsTheRun() {
    answers.set(Answers.Key.ANSWER_MS, 100_000);
    connect();

    server.execute();
    ticker.advance(Duration.ofSeconds(11));

    assertThat(server.reported()).endsWith(List.of("TIMED_OUT"));
  }

  @Test
  void unknownAction_isRejected() {
    connect();

    server.send(
        ConnectResponse.newBuilder()
            .setExecute(
                Execute.newBuilder()
                    .setInvocationId(UUID.randomUUID().toString())
                    .setEpoch(1)
                    .setOrder(ScriptedServer.order("other"))));

    assertThat(server.reported()).containsExactly(List.of("REJECTED"));
  }

  @Test
  void executeOfAnotherEpoch_isPassedOver() {
    connect();

    server.send(
        ConnectResponse.newBuilder()
            .setExecute(
                Execute.newBuilder()
                    .setInvocationId(UUID.randomUUID().toString())
                    .setEpoch(7)
                    .setOrder(ScriptedServer.order(NodeCatalog.ACTION))));

    assertThat(server.reported()).isEmpty();
  }

  @Test
  void spentId_neverRunsAgain() {
    connect();
    String id = server.execute();
    server.acknowledge(1);

    server.execute(id);

    assertThat(server.reported()).hasSize(1);
    assertThat(parts.seen().executes()).isEqualTo(1);
    assertThat(parts.seen().repeats()).isEqualTo(1);
    assertThat(parts.seen().acknowledged()).isEqualTo(1);
  }

  @Test
  void unacknowledgedCallbacks_areBounded() {
    connect();

    for (int i = 0; i < 40; i++) {
      server.execute();
    }
    int before = server.callbacks().size();
    server.acknowledge(10);

    assertThat(before).isEqualTo(32);
    assertThat(server.callbacks()).hasSize(40);
  }

  @Test
  void whatIsNotAcknowledged_isInTheNextHello_andForgottenWhenTold() {
    connect();
    String id = server.execute();

    breakAndReturn();
    int entries = server.hello().getJournalCount();
    server.welcome(Map.of(id, DirectiveVerb.DIRECTIVE_VERB_FORGET));
    List<List<String>> reported = server.reported();
    breakAndReturn();

    assertThat(entries).isEqualTo(1);
    assertThat(reported).isEmpty();
    assertThat(server.hello().getJournalCount()).isZero();
    assertThat(server.hello().getLastEpoch()).isEqualTo(2);
    assertThat(heard).containsExactly("ready", "lost", "ready", "lost");
  }

  @Test
  void missingDirective_countsAsReport() {
    connect();
    server.execute();

    breakAndReturn();
    server.welcome(Map.of());

    assertThat(server.reported()).containsExactly(List.of("ACKNOWLEDGED", "STARTED", "SUCCEEDED"));
    assertThat(parts.seen().executes()).isEqualTo(1);
  }

  @Test
  void resumedRun_tellsOnlyWhatIsNew() {
    answers.set(Answers.Key.ANSWER_MS, 5_000);
    connect();
    String id = server.execute();

    breakAndReturn();
    boolean running = server.hello().getJournal(0).getRunning();
    server.welcome(Map.of(id, DirectiveVerb.DIRECTIVE_VERB_RESUME));
    ticker.advance(Duration.ofSeconds(5));

    assertThat(running).isTrue();
    assertThat(server.reported()).containsExactly(List.of("SUCCEEDED"));
  }

  @Test
  void waitingRun_isHeldUntilItIsResumed() {
    answers.set(Answers.Key.ANSWER_MS, 100);
    connect();
    server.execute();
    server.execute();
    String third = server.execute();

    server.end(Status.UNAVAILABLE.asRuntimeException());
    node.join();
    ticker.advance(Duration.ofMillis(500));
    long begunBefore = parts.seen().executes();
    server.welcome(Map.of(third, DirectiveVerb.DIRECTIVE_VERB_CANCEL));

    assertThat(begunBefore).isEqualTo(2);
    assertThat(parts.seen().executes()).isEqualTo(2);
    assertThat(server.reported()).contains(List.of("ACKNOWLEDGED", "CANCELLED"));
  }

  @Test
  void cancel_endsARun_andWhatIsUnknownNeverStarts() {
    answers.set(Answers.Key.ANSWER_MS, 5_000);
    connect();
    String running = server.execute();
    String unknown = UUID.randomUUID().toString();

    cancel(running);
    cancel(unknown);
    server.execute(unknown);

    assertThat(server.reported())
        .containsExactly(
            List.of("ACKNOWLEDGED", "STARTED", "CANCELLED"), List.of("ACKNOWLEDGED", "CANCELLED"));
    assertThat(parts.seen().executes()).isEqualTo(1);
  }

  private void cancel(String id) {
    server.send(ConnectResponse.newBuilder().setCancel(Cancel.newBuilder().setInvocationId(id)));
  }

  @Test
  void prepareForAnOperator_isDescribed() {
    connect();

    server.send(
        ConnectResponse.newBuilder()
            .setPrepare(Prepare.newBuilder().setRequestId("r").setAction(NodeCatalog.ACTION)));

    assertThat(server.received().stream().filter(ConnectRequest::hasPrepareResult))
        .singleElement()
        .satisfies(message -> assertThat(message.getPrepareResult().getRequestId()).isEqualTo("r"));
  }

  @Test
  void prepareForAnInvocation_keepsRoom_andIsInTheNextHello() {
    connect();
    List<String> ids =
        Collections.nCopies(3, "").stream().map(x -> UUID.randomUUID().toString()).toList();

    ids.forEach(this::prepare);
    List<List<String>> reported = server.reported();
    breakAndReturn();

    assertThat(reported)
        .containsExactly(List.of("PREPARED"), List.of("PREPARED"), List.of("REJECTED"));
    assertThat(server.hello().getReservationsList().stream().map(Reservation::getInvocationId))
        .containsExactlyElementsOf(ids.subList(0, 2));
  }

  @Test
  void preparedInvocation_hasItsSlot_andOthersWaitForTheRest() {
    answers.set(Answers.Key.ANSWER_MS, 1_000);
    connect();
    String prepared = UUID.randomUUID().toString();
    prepare(prepared);

    server.execute();
    server.execute();
    server.execute(prepared);

    assertThat(parts.seen().executes()).isEqualTo(2);
  }

  @Test
  void cancelOfWhatIsOnlyPrepared_givesTheRoomUp_andIsNotAnswered() {
    connect();
    String prepared = UUID.randomUUID().toString();
    prepare(prepared);

    cancel(prepared);
    List<List<String>> reported = server.reported();
    server.execute(prepared);
    breakAndReturn();

    assertThat(reported).containsExactly(List.of("PREPARED"));
    assertThat(parts.seen().executes()).isZero();
    assertThat(server.hello().getReservationsCount()).isZero();
  }

  @Test
  void preparedAgain_afterACancel_runs() {
    connect();
    String prepared = UUID.randomUUID().toString();
    prepare(prepared);
    cancel(prepared);

    prepare(prepared);
    server.execute(prepared);

    assertThat(parts.seen().executes()).isEqualTo(1);
  }

  private void prepare(String id) {
    server.send(
        ConnectResponse.newBuilder()
            .setPrepare(
                Prepare.newBuilder()
                    .setRequestId("p")
                    .setInvocationId(id)
                    .setAction(NodeCatalog.ACTION)
                    .setReserveUntil(ScriptedServer.at(60))));
  }

  @Test
  void silentServer_isLeft() {
    connect();

    for (int i = 0; i < 4; i++) {
      ticker.advance(Duration.ofSeconds(20));
    }

    assertThat(heard).contains("lost");
  }

  @Test
  void brokenNode_returnsByItself_withinTheFirstBackoff() {
    connect();

    server.end(Status.UNAVAILABLE.asRuntimeException());
    int atOnce = server.streams();
    ticker.advance(LONGEST_FIRST_BACKOFF);

    assertThat(atOnce).isEqualTo(1);
    assertThat(server.streams()).isEqualTo(2);
  }

  @Test
  void reconnect_isObeyed() {
    connect();

    server.send(
        ConnectResponse.newBuilder()
            .setReconnect(
                Reconnect.newBuilder()
                    .setAfter(com.google.protobuf.Duration.newBuilder().setSeconds(5))));
    ticker.advance(Duration.ofSeconds(4));
    int early = server.streams();
    ticker.advance(Duration.ofSeconds(2));

    assertThat(early).isEqualTo(1);
    assertThat(server.streams()).isEqualTo(2);
  }

  @Test
  void revokedNode_neverReturns() {
    connect();

    server.end(
        WireErrors.exception(ErrorReason.ERROR_REASON_NSK_REVOKED, "It was revoked.", Map.of()));
    ticker.advance(Duration.ofMinutes(2));

    assertThat(heard).containsExactly("ready", "stopped", "lost");
    assertThat(server.streams()).isEqualTo(1);
  }

  @Test
  void leavingNode_isGone_andStaysAway() {
    connect();

    node.leave();
    ticker.advance(Duration.ofMinutes(2));

    assertThat(heard).containsExactly("ready", "lost", "gone");
    assertThat(server.streams()).isEqualTo(1);
  }
}
