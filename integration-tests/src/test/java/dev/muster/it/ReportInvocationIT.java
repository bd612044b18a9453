// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static dev.muster.it.fleet.ScriptedAgent.step;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_ACKNOWLEDGED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_DISPATCHED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_PREPARED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_STARTED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.muster.it.fleet.Eventually;
import dev.muster.it.fleet.FleetHarness;
import dev.muster.it.fleet.RefusedCall;
import dev.muster.it.fleet.ScriptedAgent;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.ReportInvocationRequest;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.proto.type.v1.Output;
import dev.muster.proto.type.v1.Result;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Reports without a stream: whose they may be, when they are legal, and how a refusal is told. */
final class ReportInvocationIT {
  private static final int LARGEST_INLINE = 16_384;

  @RegisterExtension static final FleetHarness fleet = new FleetHarness();

  private String name = "";

  @BeforeEach
  void nameNode(TestInfo test) {
    name = "n" + Integer.toHexString(test.getDisplayName().hashCode());
  }

  @Test
  void keyOfAnotherNode_isMismatch_andChangesNothing() {
    Held held = heldBy(agent(name));
    ScriptedAgent other = agent(name + "-other");

    RefusedCall refused =
        refused(() -> other.report(held.id(), step(INVOCATION_STATE_ACKNOWLEDGED)));

    assertThat(refused.codeAndReason()).isEqualTo("PERMISSION_DENIED NSK_NODE_MISMATCH");
    assertThat(refused.detail("correlation_id")).isNotEmpty();
    assertThat(held.state()).isEqualTo(INVOCATION_STATE_DISPATCHED);
  }

  @Test
  void revokedNode_isRefused_andItsStreamEndsWithinASecond() {
    Held held = heldBy(agent(name));

    long revoked = System.nanoTime();
    fleet.operator().revoke(name);
    RefusedCall end = held.stream().end();
    Duration took = Duration.ofNanos(System.nanoTime() - revoked);
    RefusedCall refused =
        refused(() -> held.agent().report(held.id(), step(INVOCATION_STATE_STARTED)));

    assertThat(end.codeAndReason()).isEqualTo("UNAUTHENTICATED NSK_REVOKED");
    assertThat(took).isLessThan(Duration.ofSeconds(1));
    assertThat(refused.codeAndReason()).isEqualTo("UNAUTHENTICATED NSK_REVOKED");
    assertThat(held.agent().open().end().codeAndReason()).isEqualTo("UNAUTHENTICATED NSK_REVOKED");
    assertThat(held.state()).as("what it had").isEqualTo(InvocationState.INVOCATION_STATE_LOST);
  }

  @Test
  void repeatedReport_isRefusedAsRepeated() {
    Held held = heldBy(agent(name));
    var unused =
        held.agent()
            .report(held.id(), step(INVOCATION_STATE_ACKNOWLEDGED), step(INVOCATION_STATE_STARTED));

    RefusedCall refused =
        refused(() -> held.agent().report(held.id(), step(INVOCATION_STATE_ACKNOWLEDGED)));

    assertThat(refused.codeAndReason()).isEqualTo("FAILED_PRECONDITION INVALID_STATE_TRANSITION");
    assertThat(refused.detail("outcome")).isEqualTo("REPEATED");
    assertThat(refused.detail("state")).isEqualTo("STARTED");
  }

  @Test
  void outOfOrderReport_isRefused_withTheStatesWhereItWouldBeLegal() {
    Held held = heldBy(agent(name));

    RefusedCall refused =
        refused(() -> held.agent().report(held.id(), step(INVOCATION_STATE_SUCCEEDED)));

    assertThat(refused.codeAndReason()).isEqualTo("FAILED_PRECONDITION INVALID_STATE_TRANSITION");
    assertThat(refused.detail("outcome")).isEqualTo("REFUSED");
    assertThat(refused.detail("state")).isEqualTo("DISPATCHED");
    assertThat(refused.detail("legal_from")).contains("STARTED").contains("LOST");
    assertThat(refused.sentence()).contains("DISPATCHED").contains("SUCCEEDED");
    assertThat(held.state()).isEqualTo(INVOCATION_STATE_DISPATCHED);
  }

  @Test
  void oneIllegalStep_appliesNone() {
    Held held = heldBy(agent(name));

    RefusedCall refused =
        refused(
            () ->
                held.agent()
                    .report(
                        held.id(),
                        step(INVOCATION_STATE_ACKNOWLEDGED),
                        step(INVOCATION_STATE_SUCCEEDED)));

    assertThat(refused.detail("outcome")).isEqualTo("REFUSED");
    assertThat(held.state()).isEqualTo(INVOCATION_STATE_DISPATCHED);
  }

  @Test
  void inlineOutputOf16385Bytes_isTooLarge_andChangesNothing_16384AreTaken() {
    Held held = heldBy(agent(name));
    var unused =
        held.agent()
            .report(held.id(), step(INVOCATION_STATE_ACKNOWLEDGED), step(INVOCATION_STATE_STARTED));

    RefusedCall refused =
        refused(() -> held.agent().report(held.id(), succeededWith(LARGEST_INLINE + 1)));
    InvocationState between = held.state();
    var response = held.agent().report(held.id(), succeededWith(LARGEST_INLINE));

    assertThat(refused.codeAndReason()).isEqualTo("INVALID_ARGUMENT INLINE_OUTPUT_TOO_LARGE");
    assertThat(between).isEqualTo(INVOCATION_STATE_STARTED);
    assertThat(response.getState()).isEqualTo(INVOCATION_STATE_SUCCEEDED);
    assertThat(held.now().getStdoutText()).hasSize(LARGEST_INLINE);
  }

  @Test
  void unreportableStates_areMalformed() {
    Held held = heldBy(agent(name));

    for (int state : List.of(0, 1, 2, 4, 12, 13, 99, -1)) {
      RefusedCall refused =
          refused(
              () ->
                  held.agent()
                      .report(held.id(), CallbackStep.newBuilder().setStateValue(state).build()));

      assertThat(refused.codeAndReason())
          .as("state %d", state)
          .isEqualTo("INVALID_ARGUMENT MALFORMED_CALLBACK");
    }
    assertThat(held.state()).isEqualTo(INVOCATION_STATE_DISPATCHED);
  }

  @Test
  void preparedWithoutAStream_isRefused() {
    Held held = heldBy(agent(name));

    RefusedCall refused =
        refused(() -> held.agent().report(held.id(), step(INVOCATION_STATE_PREPARED)));

    assertThat(refused.code().name()).isIn("INVALID_ARGUMENT", "FAILED_PRECONDITION");
    assertThat(held.state()).isEqualTo(INVOCATION_STATE_DISPATCHED);
  }

  @Test
  void emptyAndForeignIds_areRefused() {
    ScriptedAgent agent = agent(name);

    for (String id : List.of("", "7", "not-an-id")) {
      assertThat(refused(() -> agent.report(id, step(INVOCATION_STATE_STARTED))).codeAndReason())
          .isEqualTo("INVALID_ARGUMENT MALFORMED_CALLBACK");
    }
    assertThat(
            refused(
                    () ->
                        agent.report(UUID.randomUUID().toString(), step(INVOCATION_STATE_STARTED)))
                .codeAndReason())
        .isEqualTo("NOT_FOUND INVOCATION_NOT_FOUND");
  }

  @Test
  void noStep_isMalformed() {
    Held held = heldBy(agent(name));

    assertThat(refused(() -> held.agent().report(held.id())).codeAndReason())
        .isEqualTo("INVALID_ARGUMENT MALFORMED_CALLBACK");
  }

  @Test
  void quotedEpochThatIsNotCurrent_isSuperseded() {
    Held held = heldBy(agent(name));

    RefusedCall refused =
        refused(
            () ->
                held.agent()
                    .unary()
                    .reportInvocation(
                        ReportInvocationRequest.newBuilder()
                            .setInvocationId(held.id())
                            .addSteps(step(INVOCATION_STATE_ACKNOWLEDGED))
                            .setEpoch(held.stream().welcome().getEpoch() + 1)
                            .build()));

    assertThat(refused.codeAndReason()).isEqualTo("ABORTED SESSION_SUPERSEDED");
    assertThat(held.state()).isEqualTo(INVOCATION_STATE_DISPATCHED);
  }

  @Test
  void newerSession_supersedesTheOlderOne() {
    ScriptedAgent agent = agent(name);
    ScriptedAgent.Stream older = agent.connect();

    ScriptedAgent.Stream newer = agent.connect();

    assertThat(older.end().codeAndReason()).isEqualTo("ABORTED SESSION_SUPERSEDED");
    assertThat(newer.welcome().getEpoch()).isGreaterThan(older.welcome().getEpoch());
  }

  /** An invocation that was handed to an agent which says nothing of it. */
  private record Held(ScriptedAgent agent, ScriptedAgent.Stream stream, String id) {
    Invocation now() {
      return fleet.operator().invocation(id).getInvocation();
    }

    InvocationState state() {
      return now().getState();
    }
  }

  private static ScriptedAgent agent(String name) {
    return fleet.scriptedAgent(name).action("work");
  }

  private static Held heldBy(ScriptedAgent agent) {
    ScriptedAgent.Stream stream = agent.connect();
    var unused = fleet.operator().dispatchTo("work", agent.nodeName());
    String id = stream.expectExecute().getInvocationId();
    Eventually.eventually(
        "it is handed over",
        Duration.ofSeconds(5),
        () ->
            fleet.operator().invocation(id).getInvocation().getState()
                == INVOCATION_STATE_DISPATCHED);
    return new Held(agent, stream, id);
  }

  private static CallbackStep succeededWith(int outputBytes) {
    return CallbackStep.newBuilder()
        .setState(INVOCATION_STATE_SUCCEEDED)
        .setResult(
            Result.newBuilder()
                .setStdout(
                    Output.newBuilder()
                        .setData(ByteString.copyFromUtf8("x".repeat(outputBytes)))
                        .setTotalBytes(outputBytes)))
        .build();
  }

  private static RefusedCall refused(Runnable call) {
    return RefusedCall.of(call);
  }
}
