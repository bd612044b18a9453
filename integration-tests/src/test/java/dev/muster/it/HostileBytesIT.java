// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.it.fleet.FleetHarness;
import dev.muster.it.fleet.RefusedCall;
import dev.muster.it.fleet.ScriptedAgent;
import dev.muster.proto.agent.v1.AgentHeartbeat;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.EpochConfirmed;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.type.v1.InvocationState;
import io.grpc.Status;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Bytes that no client of ours would send: each gets a clear error, and after each the server still
 * does its work.
 */
final class HostileBytesIT {
  private static final int FIVE_MEGABYTES = 5 << 20;
  private static final byte[] GARBAGE = {
    (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07, 0x00, (byte) 0xfe
  };

  @RegisterExtension static final FleetHarness fleet = new FleetHarness();

  private ScriptedAgent agent;

  @BeforeEach
  void makeNode(TestInfo test) {
    agent =
        fleet
            .scriptedAgent("n" + Integer.toHexString(test.getDisplayName().hashCode()))
            .action("work");
  }

  @AfterEach
  void serverStillWorks() {
    assertThat(fleet.operator().isHealthy()).isTrue();
    ScriptedAgent.Stream stream = agent.connect();
    Execution execution = fleet.operator().dispatchTo("work", agent.nodeName());
    var unused =
        stream.report(
            stream.expectExecute().getInvocationId(),
            ScriptedAgent.step(InvocationState.INVOCATION_STATE_ACKNOWLEDGED),
            ScriptedAgent.step(InvocationState.INVOCATION_STATE_STARTED),
            ScriptedAgent.step(InvocationState.INVOCATION_STATE_SUCCEEDED));
    assertThat(fleet.operator().awaitSettled(execution.getId()).getCounts().getSucceeded())
        .isEqualTo(1);
    assertThat(fleet.server().program().output().contains("ERROR"))
        .as("errors in its log")
        .isFalse();
  }

  @Test
  void garbageAsUnaryReport_isInvalidArgument() {
    RefusedCall refused = RefusedCall.of(() -> agent.reportBytes(GARBAGE));

    assertThat(refused.codeAndReason()).isEqualTo("INVALID_ARGUMENT FIELD_INVALID");
  }

  @Test
  void fiveMegabytesAsUnaryReport_isTooLarge() {
    RefusedCall refused = RefusedCall.of(() -> agent.reportBytes(new byte[FIVE_MEGABYTES]));

    assertTooLarge(refused);
  }

  @Test
  void garbageOnANewStream_endsIt() {
    ScriptedAgent.Stream stream = agent.open();

    stream.sendBytes(GARBAGE);

    assertThat(stream.end().codeAndReason())
        .isIn("ABORTED PROTOCOL_VIOLATION", "INVALID_ARGUMENT FIELD_INVALID");
  }

  @Test
  void garbageInASession_endsIt() {
    ScriptedAgent.Stream stream = agent.connect();

    stream.sendBytes(GARBAGE);

    assertThat(stream.end().codeAndReason())
        .isIn("ABORTED PROTOCOL_VIOLATION", "INVALID_ARGUMENT FIELD_INVALID");
  }

  @Test
  void fiveMegabytesInASession_endIt() {
    ScriptedAgent.Stream stream = agent.connect();

    stream.sendBytes(new byte[FIVE_MEGABYTES]);

    // The transport resets a stream whose headers are out: it cannot say why.
    assertThat(stream.end().code()).isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED);
    fleet.operator().awaitOffline(agent.nodeName());
  }

  @Test
  void emptyMessage_isAProtocolViolation() {
    ScriptedAgent.Stream stream = agent.connect();

    stream.sendBytes(new byte[0]);

    assertThat(stream.end().codeAndReason()).isEqualTo("ABORTED PROTOCOL_VIOLATION");
  }

  @Test
  void messagesOutOfTurn_areProtocolViolations() {
    ScriptedAgent.Stream noHello = agent.open();
    noHello.send(
        ConnectRequest.newBuilder().setHeartbeat(AgentHeartbeat.getDefaultInstance()).build());
    assertThat(noHello.end().codeAndReason()).isEqualTo("ABORTED PROTOCOL_VIOLATION");

    ScriptedAgent.Stream twice = agent.connect();
    twice.send(ConnectRequest.newBuilder().setHello(agent.hello()).build());
    assertThat(twice.end().codeAndReason()).isEqualTo("ABORTED PROTOCOL_VIOLATION");

    ScriptedAgent.Stream wrongEpoch = agent.connect();
    wrongEpoch.send(
        ConnectRequest.newBuilder()
            .setEpochConfirmed(EpochConfirmed.newBuilder().setEpoch(1_000_000))
            .build());
    assertThat(wrongEpoch.end().codeAndReason()).isEqualTo("ABORTED PROTOCOL_VIOLATION");
  }

  @Test
  void callbackThatIsMalformed_isRefusedAndTheStreamGoesOn() {
    ScriptedAgent.Stream stream = agent.connect();

    var ack = stream.report("", ScriptedAgent.step(InvocationState.INVOCATION_STATE_STARTED));
    var next = stream.report("7", ScriptedAgent.step(InvocationState.INVOCATION_STATE_STARTED));

    assertThat(ack.getRefusalsList())
        .singleElement()
        .matches(refusal -> refusal.getReason().name().endsWith("MALFORMED_CALLBACK"));
    assertThat(next.getThroughSequence()).isEqualTo(2);
    assertThat(stream.isEnded()).isFalse();
  }

  @Test
  void randomMessages_neverBreakTheServer() {
    long seed = System.nanoTime();
    Random random = new Random(seed);

    for (int i = 0; i < 200; i++) {
      byte[] message = new byte[1 + random.nextInt(300)];
      random.nextBytes(message);
      String story = "seed " + seed + ", message " + i + ": " + Arrays.toString(message);

      assertThat(RefusedCall.of(() -> agent.reportBytes(message)).reason())
          .as(story)
          .isNotEmpty()
          .isNotEqualTo("INCIDENT");
    }
  }

  @Test
  void otherNodesHello_isMismatch() {
    ScriptedAgent.Stream stream = agent.open();

    stream.send(
        ConnectRequest.newBuilder()
            .setHello(agent.hello().toBuilder().setNodeId("00000000-0000-7000-8000-000000000000"))
            .build());

    assertThat(stream.end().codeAndReason()).isEqualTo("PERMISSION_DENIED NSK_NODE_MISMATCH");
  }

  @Test
  void noiseOnBothPorts_isDropped() throws IOException {
    for (int port : new int[] {fleet.server().agentPort(), fleet.server().operatorPort()}) {
      byte[] noise = new byte[64 << 10];
      new SecureRandom().nextBytes(noise);
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(10_000);
        OutputStream out = socket.getOutputStream();
        try {
          out.write(noise);
          out.flush();
          while (socket.getInputStream().read() >= 0) {
            // What TLS says of it.
          }
        } catch (java.net.SocketException e) {
          // Reset: it does not listen any more.
        }
      }
    }
  }

  @Test
  void nineMegabytesToTheOperatorPort_areTooLarge() {
    RefusedCall refused =
        RefusedCall.of(
            () -> {
              var unused =
                  fleet
                      .operator()
                      .executions()
                      .dispatchExecution(
                          DispatchExecutionRequest.newBuilder()
                              .setAction("work")
                              .addNodeIds(agent.nodeName())
                              .setInputJson("x".repeat(9 << 20))
                              .build());
            });

    assertTooLarge(refused);
  }

  /**
   * Refused by the transport before it is read, hence with a sentence and without a reason of the
   * catalogue.
   */
  private static void assertTooLarge(RefusedCall refused) {
    assertThat(refused.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refused.sentence()).contains("exceeds maximum size");
  }
}
