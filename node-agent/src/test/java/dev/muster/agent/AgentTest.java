// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

import static dev.muster.agent.ScriptedSession.directive;
import static dev.muster.agent.ScriptedSession.states;
import static dev.muster.agent.ScriptedSession.timestamp;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_ACKNOWLEDGED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_CANCELLED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_FAILED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_REJECTED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_STARTED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_SUCCEEDED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_TIMED_OUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.muster.proto.agent.v1.Callback;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.CatalogPage;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.ConnectResponse;
import dev.muster.proto.agent.v1.DirectiveVerb;
import dev.muster.proto.agent.v1.Hello;
import dev.muster.proto.agent.v1.Prepare;
import dev.muster.proto.agent.v1.PrepareResult;
import dev.muster.proto.agent.v1.Reconnect;
import dev.muster.proto.type.v1.Action;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.wire.JoinToken;
import dev.muster.wire.Secret;
import dev.muster.wire.WireErrors;
import io.grpc.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole agent against a scripted server. */
final class AgentTest {
  @TempDir private Path directory;
  private final ScriptedServer server = new ScriptedServer();
  private final AtomicInteger runs = new AtomicInteger();
  private final List<Agent> agents = new ArrayList<>();
  private final String invocation = UUID.randomUUID().toString();

  @AfterEach
  void stop() {
    agents.forEach(Agent::close);
    server.close();
  }

  @Test
  void firstStart_enrollsThenConnects_andKeepsTheKey() throws IOException {
    start(settings());

    ScriptedSession session = server.awaitSession();

    assertThat(server.enrollments).hasSize(1);
    assertThat(session.hello().getNodeId()).isEqualTo(ScriptedServer.KEY.nodeId().toString());
    assertThat(Files.readString(directory.resolve("node.key")).strip())
        .isEqualTo(ScriptedServer.KEY.format());
    assertThat(Files.getPosixFilePermissions(directory.resolve("node.key"))).hasSize(2);
  }

  @Test
  void enrollmentWithoutAnswer_isRepeatedWithTheSameRequestId() throws Exception {
    server.enrollmentFailure = Status.UNAVAILABLE.asRuntimeException();

    start(settings());
    server.awaitSession();

    assertThat(server.enrollments).hasSize(2);
    assertThat(server.enrollments.take().getRequestId())
        .isNotEmpty()
        .isEqualTo(server.enrollments.take().getRequestId());
  }

  @Test
  void enrollmentRefused_stopsAndSaysWhy() throws Exception {
    BlockingQueue<AgentListener.StopCause> stops = new ArrayBlockingQueue<>(1);
    server.enrollmentFailure =
        WireErrors.exception(ErrorReason.ERROR_REASON_JOIN_TOKEN_CONSUMED, "used up", Map.of());

    start(settings().listener(stopListener(stops)));

    assertThat(stops.poll(20, TimeUnit.SECONDS))
        .isEqualTo(AgentListener.StopCause.ENROLLMENT_REFUSED);
  }

  @Test
  void startWithoutKeyAndToken_isRefused() {
    AgentBuilder settings = Agent.builder().stateDirectory(directory);

    assertThatThrownBy(() -> start(settings))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("join token");
  }

  @Test
  void twoAgentsInOneStateDirectory_theSecondIsRefused() throws IOException {
    start(settings());

    assertThatThrownBy(() -> start(settings())).hasMessageContaining("Another agent uses");
  }

  @Test
  void action_isToldInOrder_andForgottenOnceAcknowledged() throws Exception {
    start(settings());
    ScriptedSession session = connected(1);

    session.execute(invocation, "count", "{}");
    Callback callback = session.awaitState(invocation, INVOCATION_STATE_SUCCEEDED);
    session.ack(callback);

    // Nothing was acknowledged before, so the last callback tells all of it.
    assertThat(states(callback.getStepsList()))
        .containsExactly(
            INVOCATION_STATE_ACKNOWLEDGED, INVOCATION_STATE_STARTED, INVOCATION_STATE_SUCCEEDED);
    assertThat(callback.getSteps(2).getResult().getDataJson().toStringUtf8())
        .isEqualTo("{\"run\":1}");
    // The next command is taken after the acknowledgement was dealt with.
    String other = UUID.randomUUID().toString();
    session.execute(other, "echo", "{}");
    session.awaitState(other, INVOCATION_STATE_SUCCEEDED);
    try (var files = Files.list(directory.resolve("journal/invocations"))) {
      assertThat(files).noneMatch(file -> file.toString().contains(invocation));
    }
  }

  @Test
  void slowAction_isAcknowledgedAndStartedBeforeItsResult() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    start(settings().action(blocking("slow", release)));
    ScriptedSession session = connected(1);

    session.execute(invocation, "slow", "{}");
    Callback first = session.awaitState(invocation, INVOCATION_STATE_STARTED);
    release.countDown();
    Callback second = session.awaitState(invocation, INVOCATION_STATE_SUCCEEDED);

    assertThat(states(first.getStepsList()))
        .containsExactly(INVOCATION_STATE_ACKNOWLEDGED, INVOCATION_STATE_STARTED);
    assertThat(second.getSequence()).isGreaterThan(first.getSequence());
  }

  @Test
  void duplicateOfExecute_runsOnce_alsoOnceSpent() throws Exception {
    start(settings());
    ScriptedSession session = connected(1);

    session.execute(invocation, "count", "{}");
    session.execute(invocation, "count", "{}");
    session.awaitSettled(invocation);
    session.execute(invocation, "count", "{}");
    String other = UUID.randomUUID().toString();
    session.execute(other, "echo", "{\"a\":1}");
    CallbackStep echoed = session.awaitSettled(other);

    assertThat(echoed.getResult().getDataJson().toStringUtf8()).isEqualTo("{\"a\":1}");
    assertThat(runs).hasValue(1);
  }

  @Test
  void input_arrivesByteForByte() throws Exception {
    CompletableFuture<String> seen = new CompletableFuture<>();
    start(
        settings()
            .action(
                dev.muster.agent.Action.named("look")
                    .schema("{\"type\":\"object\",\"additionalProperties\":true}")
                    .execute(
                        (input, context) -> {
                          seen.complete(input.json());
                          return Result.success(Map.of("by", context.requestedBy().operatorName()));
                        })));
    ScriptedSession session = connected(1);

    session.execute(invocation, "look", "{ \"n\" : 9007199254740993 }");
    CallbackStep last = session.awaitSettled(invocation);

    assertThat(seen.get()).isEqualTo("{ \"n\" : 9007199254740993 }");
    assertThat(last.getResult().getDataJson().toStringUtf8()).isEqualTo("{\"by\":\"alice\"}");
  }

  @Test
  void whatMayNotRun_isRejectedWithItsReason() throws Exception {
    start(settings());
    ScriptedSession session = connected(1);

    assertThat(rejection(session, "nothing", "{}", Instant.now().plusSeconds(60)))
        .isEqualTo("ACTION_NOT_DECLARED");
    assertThat(rejection(session, "count", "{\"x\":1}", Instant.now().plusSeconds(60)))
        .isEqualTo("INPUT_INVALID");
    assertThat(rejection(session, "count", "{\"x\":1,\"x\":2}", Instant.now().plusSeconds(60)))
        .isEqualTo("INPUT_INVALID");
    assertThat(rejection(session, "count", "{}", Instant.now().minusSeconds(60)))
        .isEqualTo("START_TOO_LATE");
    assertThat(runs).hasValue(0);
  }

  @Test
  void orderThatIsGarbage_isRejectedForGood() throws Exception {
    start(settings());
    ScriptedSession session = connected(1);

    session.execute(
        invocation,
        "count",
        "{}",
        order -> {},
        execute -> execute.setOrder(ByteString.copyFromUtf8("\u0001\u0002garbage")));

    assertThat(session.awaitSettled(invocation).getReason()).isEqualTo("COMMAND_MALFORMED");
  }

  @Test
  void executeOfAnotherEpoch_isPassedOver() throws Exception {
    start(settings());
    ScriptedSession session = connected(5);

    session.execute(invocation, "count", "{}", order -> {}, execute -> execute.setEpoch(4));
    String other = UUID.randomUUID().toString();
    session.execute(other, "count", "{}");

    session.awaitState(other, INVOCATION_STATE_SUCCEEDED);
    assertThat(runs).hasValue(1);
  }

  @Test
  void cancelThatOvertakesItsExecute_keepsItFromEverRunning() throws Exception {
    start(settings());
    ScriptedSession session = connected(1);

    session.cancel(invocation);
    CallbackStep cancelled = session.awaitSettled(invocation);
    session.execute(invocation, "count", "{}");
    String other = UUID.randomUUID().toString();
    session.execute(other, "echo", "{}");
    session.awaitSettled(other);

    assertThat(cancelled.getState()).isEqualTo(INVOCATION_STATE_CANCELLED);
    assertThat(cancelled.getStarted()).isFalse();
    assertThat(runs).hasValue(0);
  }

  @Test
  void cancelOfRunningHandler_setsTokenAndInterrupts() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    start(settings().action(blocking("slow", never)));
    ScriptedSession session = connected(1);
    session.execute(invocation, "slow", "{}");
    session.ack(session.awaitState(invocation, INVOCATION_STATE_STARTED));

    session.cancel(invocation);
    CallbackStep last = session.awaitSettled(invocation);

    assertThat(last.getState()).isEqualTo(INVOCATION_STATE_CANCELLED);
    assertThat(last.getStarted()).isTrue();
    assertThat(last.getMessage()).isEqualTo("not needed");
  }

  @Test
  void handlerBeyondItsRunTimeout_isTimedOut() throws Exception {
    start(settings().action(blocking("slow", new CountDownLatch(1))));
    ScriptedSession session = connected(1);

    session.execute(
        invocation,
        "slow",
        "{}",
        order -> order.setRunTimeout(Duration.newBuilder().setSeconds(2)),
        execute -> {});

    assertThat(session.awaitSettled(invocation).getState()).isEqualTo(INVOCATION_STATE_TIMED_OUT);
  }

  @Test
  void handlerThatThrows_isFailed() throws Exception {
    start(
        settings()
            .action(
                dev.muster.agent.Action.named("broken")
                    .execute(
                        (input, context) -> {
                          throw new IOException("no disk");
                        })));
    ScriptedSession session = connected(1);

    session.execute(invocation, "broken", "{}");
    CallbackStep last = session.awaitSettled(invocation);

    assertThat(last.getState()).isEqualTo(INVOCATION_STATE_FAILED);
    assertThat(last.getResult().getError().getCode()).isEqualTo("HANDLER_THREW");
    assertThat(last.getResult().getError().getMessage()).contains("no disk");
  }

  @Test
  void lostSession_isOpenedAgain_andUnreportedResultsAreInHello() throws Exception {
    start(settings());
    ScriptedSession session = connected(1);
    session.execute(invocation, "count", "{}");
    session.awaitState(invocation, INVOCATION_STATE_SUCCEEDED);

    session.fail(Status.UNAVAILABLE.asRuntimeException());
    ScriptedSession next = server.awaitSession();
    Hello hello = next.hello();

    assertThat(hello.getLastEpoch()).isEqualTo(1);
    assertThat(hello.getJournalCount()).isEqualTo(1);
    assertThat(hello.getJournal(0).getInvocationId()).isEqualTo(invocation);
    assertThat(hello.getJournal(0).getEpoch()).isEqualTo(1);
    assertThat(states(hello.getJournal(0).getStepsList())).endsWith(INVOCATION_STATE_SUCCEEDED);
    next.welcome(2, directive(invocation, DirectiveVerb.DIRECTIVE_VERB_REPORT));
    assertThat(next.awaitSettled(invocation).getState()).isEqualTo(INVOCATION_STATE_SUCCEEDED);
  }

  @Test
  void forget_dropsTheEntry_andRestartSurvivesWithTheRest() throws Exception {
    Agent agent = start(settings());
    ScriptedSession session = connected(1);
    session.execute(invocation, "count", "{}");
    session.awaitState(invocation, INVOCATION_STATE_SUCCEEDED);
    String other = UUID.randomUUID().toString();
    session.execute(other, "count", "{}");
    session.awaitState(other, INVOCATION_STATE_SUCCEEDED);

    agent.close();
    start(settings());
    ScriptedSession next = server.awaitSession();
    Hello hello = next.hello();
    next.welcome(
        2,
        directive(invocation, DirectiveVerb.DIRECTIVE_VERB_FORGET),
        directive(other, DirectiveVerb.DIRECTIVE_VERB_REPORT));
    next.awaitSettled(other);
    next.execute(invocation, "count", "{}");
    String third = UUID.randomUUID().toString();
    next.execute(third, "echo", "{}");
    next.awaitSettled(third);

    assertThat(hello.getJournalCount()).isEqualTo(2);
    assertThat(runs).hasValue(2);
  }

  @Test
  void waitingCommand_isHeldUntilResume_andCancelDirectiveEndsIt() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    start(settings().slots(1).action(blocking("slow", release)));
    ScriptedSession session = connected(1);
    session.execute(invocation, "slow", "{}");
    session.awaitState(invocation, INVOCATION_STATE_STARTED);
    String resumed = UUID.randomUUID().toString();
    session.execute(resumed, "count", "{}");
    String cancelled = UUID.randomUUID().toString();
    session.execute(cancelled, "count", "{}");
    session.await(r -> r.getCallback().getInvocationId().equals(cancelled), "callback");

    session.fail(Status.UNAVAILABLE.asRuntimeException());
    ScriptedSession next = server.awaitSession();
    Hello hello = next.hello();
    release.countDown();
    next.welcome(
        2,
        directive(invocation, DirectiveVerb.DIRECTIVE_VERB_RESUME),
        directive(resumed, DirectiveVerb.DIRECTIVE_VERB_RESUME),
        directive(cancelled, DirectiveVerb.DIRECTIVE_VERB_CANCEL));

    assertThat(hello.getJournalList().stream().filter(entry -> entry.getRunning())).hasSize(1);
    List<String> settled = new ArrayList<>();
    while (settled.size() < 3) {
      Callback callback = next.callback();
      next.ack(callback);
      settled.add(
          callback.getInvocationId()
              + " "
              + callback.getSteps(callback.getStepsCount() - 1).getState());
      settled.removeIf(text -> text.endsWith("ACKNOWLEDGED") || text.endsWith("STARTED"));
    }
    assertThat(settled)
        .containsExactlyInAnyOrder(
            invocation + " " + INVOCATION_STATE_SUCCEEDED,
            resumed + " " + INVOCATION_STATE_SUCCEEDED,
            cancelled + " " + INVOCATION_STATE_CANCELLED);
    assertThat(runs).hasValue(1);
  }

  @Test
  void refusalForGood_isForgotten() throws Exception {
    start(settings());
    ScriptedSession session = connected(1);
    session.execute(invocation, "count", "{}");

    session.refuse(session.awaitState(invocation, INVOCATION_STATE_SUCCEEDED), true);
    session.fail(Status.UNAVAILABLE.asRuntimeException());

    assertThat(server.awaitSession().hello().getJournalCount()).isZero();
  }

  @Test
  void refusalForStaleEpoch_isReportedAgainOnTheNextSession() throws Exception {
    start(settings());
    ScriptedSession session = connected(1);
    session.execute(invocation, "count", "{}");

    session.refuse(session.awaitState(invocation, INVOCATION_STATE_SUCCEEDED), false);
    session.fail(Status.ABORTED.asRuntimeException());

    assertThat(server.awaitSession().hello().getJournalCount()).isEqualTo(1);
  }

  @Test
  void atMostTheAgreedNumberOfCallbacksIsOnItsWay() throws Exception {
    start(settings().slots(8));
    ScriptedSession session = server.awaitSession();
    session.hello();
    session.welcome(1, welcome -> welcome.getLimitsBuilder().setUnacknowledgedCallbacks(2));

    for (int i = 0; i < 6; i++) {
      session.execute(UUID.randomUUID().toString(), "count", "{}");
    }
    session.callback();
    Callback second = session.callback();
    // Whatever is sent after a heartbeat was not held back by chance.
    session.ack(second);
    Callback third = session.callback();
    Callback fourth = session.callback();

    assertThat(second.getSequence()).isEqualTo(2);
    assertThat(third.getSequence()).isEqualTo(3);
    assertThat(fourth.getSequence()).isEqualTo(4);
  }

  @Test
  void revokedNode_stopsForGood_andKeepsItsKey() throws Exception {
    BlockingQueue<AgentListener.StopCause> stops = new ArrayBlockingQueue<>(1);
    start(settings().listener(stopListener(stops)));
    ScriptedSession session = connected(1);

    session.fail(WireErrors.exception(ErrorReason.ERROR_REASON_NSK_REVOKED, "revoked", Map.of()));

    assertThat(stops.poll(20, TimeUnit.SECONDS)).isEqualTo(AgentListener.StopCause.NSK_REVOKED);
    assertThat(directory.resolve("node.key")).exists();
    assertThat(server.hasNoFurtherSession()).isTrue();
  }

  @Test
  void unknownKey_enrollsAnewWithItsToken_andKeepsTheOldKey() throws Exception {
    start(settings());
    ScriptedSession session = connected(1);

    session.fail(WireErrors.exception(ErrorReason.ERROR_REASON_NSK_INVALID, "unknown", Map.of()));
    server.awaitSession();

    assertThat(server.enrollments).hasSize(2);
    assertThat(directory.resolve("node.key")).exists();
  }

  @Test
  void silentServer_isLeftAfterThreeHeartbeats() throws Exception {
    start(settings());
    ScriptedSession session = server.awaitSession();
    session.hello();

    session.welcome(
        1, welcome -> welcome.setHeartbeatInterval(Duration.newBuilder().setNanos(20_000_000)));
    session.await(ConnectRequest.MessageCase.HEARTBEAT);

    session.ended.get(20, TimeUnit.SECONDS);
    assertThat(server.awaitSession().hello().getLastEpoch()).isEqualTo(1);
  }

  @Test
  void reconnect_isDoneWhenTheServerSaid() throws Exception {
    start(settings());
    ScriptedSession session = connected(1);

    session.send(
        ConnectResponse.newBuilder()
            .setReconnect(
                Reconnect.newBuilder().setAfter(Duration.newBuilder().setNanos(10_000_000)))
            .build());

    session.ended.get(20, TimeUnit.SECONDS);
    assertThat(server.awaitSession().hello().getLastEpoch()).isEqualTo(1);
  }

  @Test
  void catalog_isSentWhereWanted_andAgainWhenHooksChange() throws Exception {
    Path hooks = Files.createDirectory(directory.resolve("hooks"));
    start(settings().hooks(hooks).hookRescan(java.time.Duration.ofMillis(20)));
    ScriptedSession session = server.awaitSession();
    session.hello();
    session.welcome(1, welcome -> welcome.setCatalogWanted(true));
    CatalogPage first = session.await(ConnectRequest.MessageCase.CATALOG_PAGE).getCatalogPage();

    script(hooks.resolve("hello.sh"), "echo hi");
    CatalogPage second = session.await(ConnectRequest.MessageCase.CATALOG_PAGE).getCatalogPage();

    assertThat(first.getActionsList())
        .extracting(Action::getName)
        .containsExactly("count", "diagnostics.ping", "echo", "system.info");
    assertThat(second.getActionsList()).extracting(Action::getName).contains("hello");
    assertThat(second.getDigest()).isNotEqualTo(first.getDigest());
  }

  @Test
  void hook_runsFromExecuteToResult() throws Exception {
    Path hooks = Files.createDirectory(directory.resolve("hooks"));
    script(hooks.resolve("copy.sh"), "cat; echo problem >&2; echo -n \"$MUSTER_REQUESTED_BY\" >&2");
    start(settings().hooks(hooks));
    ScriptedSession session = connected(1);

    session.execute(invocation, "copy", "{\"n\":9007199254740993}");
    CallbackStep last = session.awaitSettled(invocation);

    assertThat(last.getState()).isEqualTo(INVOCATION_STATE_SUCCEEDED);
    assertThat(last.getResult().getExitCode()).isZero();
    assertThat(last.getResult().getDataJson().toStringUtf8()).isEqualTo("{\"n\":9007199254740993}");
    assertThat(last.getResult().getStderr().getData().toStringUtf8()).isEqualTo("problem\nalice");
  }

  @Test
  void prepare_isAnsweredByTheHandlerOrTheDefaults() throws Exception {
    start(
        settings()
            .action(
                dev.muster.agent.Action.named("tune")
                    .schema(
                        "{\"type\":\"object\",\"properties\":{\"level\":{\"type\":\"integer\"}}}")
                    .prepare(context -> Prepared.of(Map.of("level", 3), Map.of("now", 1)))
                    .execute((input, context) -> Result.success()))
            .action(
                dev.muster.agent.Action.named("plain")
                    .schema(
                        "{\"type\":\"object\",\"properties\":{\"level\":{\"default\":7},"
                            + "\"on\":{\"type\":\"boolean\"}}}")
                    .execute((input, context) -> Result.success())));
    ScriptedSession session = connected(1);

    PrepareResult tuned = prepare(session, "tune");
    PrepareResult plain = prepare(session, "plain");
    PrepareResult unknown = prepare(session, "nothing");

    assertThat(tuned.getInitialPayloadJson().toStringUtf8()).isEqualTo("{\"level\":3}");
    assertThat(tuned.getCurrentStateJson().toStringUtf8()).isEqualTo("{\"now\":1}");
    assertThat(plain.getInitialPayloadJson().toStringUtf8())
        .isEqualTo("{\"level\":7,\"on\":false}");
    assertThat(unknown.getError().getCode()).isEqualTo("ACTION_NOT_DECLARED");
  }

  @Test
  void close_stopsWhatRuns_andItsEndIsReported() throws Exception {
    Agent agent =
        start(
            settings()
                .shutdownGrace(java.time.Duration.ZERO)
                .action(blocking("slow", new CountDownLatch(1))));
    ScriptedSession session = connected(1);
    session.execute(invocation, "slow", "{}");
    session.awaitState(invocation, INVOCATION_STATE_STARTED);

    agent.close();

    Callback last = session.awaitState(invocation, INVOCATION_STATE_CANCELLED);
    assertThat(last.getSteps(last.getStepsCount() - 1).getReason()).isEqualTo("AGENT_SHUTDOWN");
  }

  private Agent start(AgentBuilder settings) throws IOException {
    Agent agent = new Agent(settings, server);
    agent.start();
    agents.add(agent);
    return agent;
  }

  private AgentBuilder settings() {
    JoinToken token =
        new JoinToken(UUID.randomUUID(), Secret.random(new SecureRandom()), Optional.empty());
    return Agent.builder()
        .stateDirectory(directory)
        .joinToken(token.format())
        .plaintext()
        .shutdownGrace(java.time.Duration.ofSeconds(5))
        .action(
            dev.muster.agent.Action.named("count")
                .execute(
                    (input, context) -> Result.success(Map.of("run", runs.incrementAndGet()))));
  }

  private ScriptedSession connected(long epoch) {
    ScriptedSession session = server.awaitSession();
    session.hello();
    session.welcome(epoch);
    return session;
  }

  private static dev.muster.agent.Action blocking(String name, CountDownLatch release) {
    return dev.muster.agent.Action.named(name)
        .execute(
            (input, context) -> {
              release.await();
              return Result.success();
            });
  }

  private String rejection(
      ScriptedSession session, String action, String input, Instant startBefore) {
    String id = UUID.randomUUID().toString();
    session.execute(
        id, action, input, order -> {}, execute -> execute.setStartBefore(timestamp(startBefore)));
    CallbackStep last = session.awaitSettled(id);
    assertThat(last.getState()).isEqualTo(INVOCATION_STATE_REJECTED);
    return last.getReason();
  }

  private static PrepareResult prepare(ScriptedSession session, String action) {
    session.send(
        ConnectResponse.newBuilder()
            .setPrepare(
                Prepare.newBuilder()
                    .setRequestId(UUID.randomUUID().toString())
                    .setAction(action)
                    .setAnswerBefore(timestamp(Instant.now().plusSeconds(20))))
            .build());
    return session.await(ConnectRequest.MessageCase.PREPARE_RESULT).getPrepareResult();
  }

  private static AgentListener stopListener(BlockingQueue<AgentListener.StopCause> stops) {
    return new AgentListener() {
      @Override
      public void onStopped(StopCause cause, String reason) {
        stops.add(cause);
      }
    };
  }

  private void script(Path file, String body) throws IOException {
    // Made elsewhere and moved, so that no scan sees half of it.
    Path made = Files.createTempFile(directory, "script", "");
    Files.write(made, ("#!/bin/sh\n" + body + "\n").getBytes(StandardCharsets.UTF_8));
    Files.setPosixFilePermissions(
        made, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.move(made, file);
  }
}
