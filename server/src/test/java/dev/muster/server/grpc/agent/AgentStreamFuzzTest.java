// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.google.protobuf.ByteString;
import dev.muster.proto.agent.v1.AgentHeartbeat;
import dev.muster.proto.agent.v1.Callback;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.CatalogPage;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.EpochConfirmed;
import dev.muster.proto.agent.v1.Hello;
import dev.muster.proto.agent.v1.JournalPage;
import dev.muster.proto.agent.v1.PrepareResult;
import dev.muster.proto.type.v1.Action;
import dev.muster.proto.type.v1.ActionKind;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.proto.type.v1.Output;
import dev.muster.proto.type.v1.Result;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.jdbc.TestStore;
import dev.muster.server.node.Node;
import dev.muster.server.session.NodeSession;
import dev.muster.server.session.SessionHarness;
import dev.muster.wire.Limits;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.WireErrors;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Frames of an agent, valid ones and damaged ones, in any order: each is taken or refused with a
 * reason, what is another node's stays as it is, and the server goes on.
 *
 * <p>{@code -Dmuster.fuzz.inputs=…} sends more, {@code -Dmuster.fuzz.seed=…} the same again.
 */
final class AgentStreamFuzzTest {
  private static final int INPUTS = Integer.getInteger("muster.fuzz.inputs", 4_000);

  /** One look in four meets a stream that goes on, so there are eighty at least. */
  private static final int LOOK_EVERY = Math.max(1, Math.min(500, INPUTS / 80));

  /** How a stream may be ended for what was sent on it. */
  private static final Set<Status.Code> FAIR =
      EnumSet.of(
          Status.Code.INVALID_ARGUMENT,
          Status.Code.ABORTED,
          Status.Code.PERMISSION_DENIED,
          Status.Code.FAILED_PRECONDITION,
          Status.Code.RESOURCE_EXHAUSTED);

  @Test
  void whateverAnAgentSends_isTakenOrRefusedWithAReason() throws Exception {
    Long given = Long.getLong("muster.fuzz.seed");
    long seed = given != null ? given : new Random().nextLong();
    System.out.println("AgentStreamFuzzTest: -Dmuster.fuzz.seed=" + seed);
    // Each breach is told in a line of the log.
    ((Logger) LoggerFactory.getLogger(NodeSession.class)).setLevel(Level.ERROR);
    try (TestStore store = TestStore.open();
        SessionHarness bus = new SessionHarness(store)) {
      Node node = bus.node();
      try (AgentPort port = new AgentPort(bus, store, Integer.MAX_VALUE, node)) {
        new Course(bus, port, node, seed).run();
      }
    } catch (Throwable e) {
      throw new AssertionError("-Dmuster.fuzz.seed=" + seed + ": " + e.getMessage(), e);
    }
  }

  private static final class Course {
    private final SessionHarness bus;
    private final AgentPort port;
    private final Random random;
    private final Node node;
    private final NodeSecretKey key;
    private final Invocation own;
    private final Invocation foreign;
    private @Nullable RawAgent agent;
    private int ended;
    private int taken;

    Course(SessionHarness bus, AgentPort port, Node node, long seed) {
      this.bus = bus;
      this.port = port;
      this.random = new Random(seed);
      this.node = node;
      this.key = port.key(node);
      this.own = bus.only(bus.dispatch(Duration.ofHours(1), node));
      this.foreign = bus.only(bus.dispatch(Duration.ofHours(1), bus.node()));
    }

    void run() {
      for (int i = 0; i < INPUTS; i++) {
        RawAgent stream = stream();
        byte[] frame = frame().toByteArray();
        for (int damage = random.nextInt(4) == 0 ? 1 + random.nextInt(2) : 0;
            damage > 0;
            damage--) {
          frame = damaged(frame);
        }
        stream.send(frame);
        if (random.nextInt(40) == 0) {
          stream.cancel();
        }
        if (i % LOOK_EVERY == 0) {
          look();
        }
      }
      look();
      assertThat(ended).as("streams that were ended").isPositive();
      assertThat(taken).as("looks at a stream that went on").isPositive();
      if (agent != null) {
        agent.cancel();
      }
      bus.settle();
      assertThat(bus.registry.size()).as("sessions left behind").isZero();
    }

    private RawAgent stream() {
      @Nullable RawAgent current = agent;
      if (current != null && !current.isEnded()) {
        return current;
      }
      if (current != null) {
        ended++;
        judge(current.failureOrNull());
      }
      RawAgent next = new RawAgent(port.with(key));
      if (random.nextInt(10) > 0) {
        next.send(hello().toByteArray());
        bus.settle();
        next.send(confirmed().toByteArray());
      }
      agent = next;
      return next;
    }

    private static void judge(@Nullable Throwable failure) {
      if (failure == null) {
        return; // It left in good order.
      }
      Status status = Status.fromThrowable(failure);
      if (status.getCode() == Status.Code.CANCELLED) {
        return; // It broke off.
      }
      assertThat(FAIR).as("%s", status).contains(status.getCode());
      assertThat(WireErrors.reasonOf(failure)).as("%s", status).isPresent();
      assertThat(WireErrors.reasonOf(failure))
          .as("%s", status)
          .isNotEqualTo(java.util.Optional.of(ErrorReason.ERROR_REASON_INCIDENT));
    }

    private void look() {
      bus.settle();
      taken += agent != null && !agent.isEnded() ? 1 : 0;
      Invocation now = bus.find(foreign.id());
      assertThat(now.state()).as("another node's").isEqualTo(foreign.state());
      assertThat(now.revision()).as("another node's").isEqualTo(foreign.revision());
      assertThat(bus.registry.size()).isLessThanOrEqualTo(1);
    }

    private ConnectRequest confirmed() {
      long epoch = bus.registry.find(node.id()).map(NodeSession::epoch).orElse(1L);
      return ConnectRequest.newBuilder()
          .setEpochConfirmed(EpochConfirmed.newBuilder().setEpoch(epoch))
          .build();
    }

    private static ConnectRequest hello() {
      return ConnectRequest.newBuilder()
          .setHello(
              Hello.newBuilder()
                  .setProtocolVersion(Limits.PROTOCOL_VERSION)
                  .setJournalId(ByteString.copyFrom(new byte[16]))
                  .setInstanceId(ByteString.copyFrom(new byte[16]))
                  .setSlots(4)
                  .setCatalogDigest(ByteString.copyFrom(new byte[32])))
          .build();
    }

    private ConnectRequest frame() {
      ConnectRequest.Builder frame = ConnectRequest.newBuilder();
      return switch (random.nextInt(20)) {
        case 0 -> hello();
        case 1 -> confirmed();
        case 2 -> frame.setJournalPage(JournalPage.newBuilder()).build();
        case 3 ->
            frame
                .setCatalogPage(
                    CatalogPage.newBuilder()
                        .setDigest(ByteString.copyFrom(new byte[32]))
                        .addActions(
                            Action.newBuilder()
                                .setName("a" + random.nextInt(3))
                                .setKind(ActionKind.ACTION_KIND_BUILTIN)))
                .build();
        case 4, 5 ->
            frame
                .setPrepareResult(PrepareResult.newBuilder().setRequestId(own.id().toString()))
                .build();
        case 6, 7, 8 ->
            frame.setHeartbeat(AgentHeartbeat.newBuilder().setRunning(random.nextInt(5))).build();
        default -> frame.setCallback(callback()).build();
      };
    }

    private Callback callback() {
      String id =
          switch (random.nextInt(4)) {
            case 0 -> foreign.id().toString();
            case 1 -> new UUID(random.nextLong(), random.nextLong()).toString();
            default -> own.id().toString();
          };
      Callback.Builder callback =
          Callback.newBuilder().setSequence(random.nextInt(6)).setInvocationId(id);
      InvocationState[] states = InvocationState.values();
      for (int steps = random.nextInt(4); steps >= 0; steps--) {
        InvocationState state = states[random.nextInt(states.length)];
        if (state != InvocationState.UNRECOGNIZED) {
          callback.addSteps(
              CallbackStep.newBuilder()
                  .setState(state)
                  .setResult(
                      Result.newBuilder()
                          .setStdout(Output.newBuilder().setData(ByteString.copyFrom(bytes(30))))));
        }
      }
      return callback.build();
    }

    private byte[] bytes(int most) {
      byte[] bytes = new byte[random.nextInt(most)];
      random.nextBytes(bytes);
      return bytes;
    }

    private byte[] damaged(byte[] frame) {
      if (frame.length == 0) {
        return bytes(8);
      }
      int at = random.nextInt(frame.length);
      byte[] changed = frame.clone();
      ByteArrayOutputStream put = new ByteArrayOutputStream();
      switch (random.nextInt(6)) {
        case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> changed[at] = (byte) random.nextInt();
        case 2 -> changed = Arrays.copyOf(frame, at);
        case 3 -> {
          put.write(frame, 0, at);
          put.writeBytes(bytes(16));
          put.write(frame, at, frame.length - at);
          changed = put.toByteArray();
        }
        case 4 -> { // A part of it twice.
          put.writeBytes(frame);
          put.write(frame, at, frame.length - at);
          changed = put.toByteArray();
        }
        default -> { // Another one behind it: fields of both.
          put.writeBytes(frame);
          put.writeBytes(frame().toByteArray());
          changed = put.toByteArray();
        }
      }
      return changed;
    }
  }
}
