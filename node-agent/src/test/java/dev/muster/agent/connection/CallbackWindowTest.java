// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.agent.execution.Report;
import dev.muster.agent.journal.InvocationId;
import dev.muster.proto.agent.v1.Callback;
import dev.muster.proto.agent.v1.CallbackAck;
import dev.muster.proto.agent.v1.CallbackRefusal;
import dev.muster.proto.agent.v1.CallbackStep;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class CallbackWindowTest {
  private final CallbackWindow window = new CallbackWindow();
  private final Map<InvocationId, Integer> steps = new HashMap<>();
  private final InvocationId a = id();
  private final InvocationId b = id();

  @Test
  void sequence_countsUpFromOne() {
    tell(a, 1);
    tell(b, 1);

    assertThat(next().getSequence()).isEqualTo(1);
    assertThat(next().getSequence()).isEqualTo(2);
    assertThat(window.next(this::report)).isEmpty();
  }

  @Test
  void moreToTellWhileItWaits_isOneCallback_andNothingNewIsNone() {
    tell(a, 1);
    tell(a, 3);

    assertThat(next().getStepsCount()).isEqualTo(3);
    window.mark(a);
    assertThat(window.next(this::report)).isEmpty();
  }

  @Test
  void noMoreThanTheLimit_areOnTheirWay() {
    window.limit(1);
    tell(a, 1);
    tell(b, 1);

    assertThat(next().getInvocationId()).isEqualTo(a.toString());
    assertThat(window.next(this::report)).isEmpty();
    window.acknowledge(CallbackAck.newBuilder().setThroughSequence(1).build());
    assertThat(next().getInvocationId()).isEqualTo(b.toString());
  }

  @Test
  void limitBeyondOurs_orNone_isNotTaken() {
    window.limit(1_000);
    window.limit(0);
    for (int i = 0; i < 40; i++) {
      tell(id(), 1);
    }

    int sent = 0;
    while (window.next(this::report).isPresent()) {
      sent++;
    }
    assertThat(sent).isEqualTo(32);
  }

  @Test
  void acknowledgement_tellsHowManyStepsAreDurable() {
    tell(a, 2);
    next();
    tell(a, 3);
    next();
    tell(b, 1);
    next();

    CallbackWindow.Acknowledged first =
        window.acknowledge(CallbackAck.newBuilder().setThroughSequence(1).build());
    CallbackWindow.Acknowledged second =
        window.acknowledge(CallbackAck.newBuilder().setThroughSequence(3).build());

    assertThat(first.stepsThrough()).containsExactly(Map.entry(a, 2));
    assertThat(second.stepsThrough()).containsOnly(Map.entry(a, 3), Map.entry(b, 1));
    assertThat(window.isEmpty()).isTrue();
  }

  @Test
  void refusal_isToldApart() {
    tell(a, 1);
    next();
    tell(b, 1);
    next();

    CallbackWindow.Acknowledged acknowledged =
        window.acknowledge(
            CallbackAck.newBuilder()
                .setThroughSequence(2)
                .addRefusals(CallbackRefusal.newBuilder().setSequence(1))
                .build());

    assertThat(acknowledged.stepsThrough()).containsOnlyKeys(b);
    assertThat(acknowledged.refusals()).extracting(CallbackWindow.Refused::id).containsExactly(a);
  }

  @Test
  void acknowledgementOfWhatWasNeverSent_isHarmless() {
    assertThat(
            window
                .acknowledge(
                    CallbackAck.newBuilder().setThroughSequence(Long.MAX_VALUE - 1).build())
                .stepsThrough())
        .isEmpty();
  }

  private void tell(InvocationId id, int count) {
    steps.put(id, count);
    window.mark(id);
  }

  private Callback next() {
    return window.next(this::report).orElseThrow();
  }

  private Optional<Report> report(InvocationId id) {
    int count = steps.getOrDefault(id, 0);
    return Optional.of(
        new Report(Collections.nCopies(count, CallbackStep.getDefaultInstance()), count));
  }

  private static InvocationId id() {
    return new InvocationId(UUID.randomUUID());
  }
}
