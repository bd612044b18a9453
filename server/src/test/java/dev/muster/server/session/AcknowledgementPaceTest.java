// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static dev.muster.server.invocation.InvocationState.ACKNOWLEDGED;
import static dev.muster.server.invocation.InvocationState.STARTED;
import static dev.muster.server.invocation.InvocationState.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationSamples;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ReportedStep;
import dev.muster.server.jdbc.TestStore;
import dev.muster.server.node.Node;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Acknowledgements that wait, on the real ledger and store. */
@Timeout(60)
final class AcknowledgementPaceTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int SLOTS = 2 * AcknowledgementPace.AT_ONCE;

  private static final TestStore store = TestStore.open();

  private final AcknowledgementPace pace = AcknowledgementPace.delayed();
  private final SessionHarness server = new SessionHarness(store, pace);
  private final Node node = server.node();
  private final RecordingOutbound out = new RecordingOutbound();
  private final NodeSession session = server.open(node, out, SLOTS);

  @AfterEach
  void stop() {
    server.close();
  }

  @AfterAll
  static void closeStore() {
    store.close();
  }

  @Test
  void aDurableReport_isAcknowledged_afterTheWait_andOnce() {
    succeed(1, dispatched());

    tick(AcknowledgementPace.WAIT_TICKS);
    assertThat(out.acknowledgements).isEmpty();
    pace.tick();

    assertThat(out.lastAcknowledgement().through()).isEqualTo(1);
    tick(2 * AcknowledgementPace.WAIT_TICKS);
    assertThat(out.acknowledgements).hasSize(1);
  }

  private void tick(int times) {
    for (int i = 0; i < times; i++) {
      pace.tick();
    }
  }

  @Test
  void itGoesOut_withTheNextCommand() {
    succeed(1, dispatched());

    var unused = dispatched();

    assertThat(out.lastAcknowledgement().through()).isEqualTo(1);
    assertThat(out.sent()).endsWith("ACK 1", "EXECUTE");
  }

  @Test
  void manyResults_areToldAtOnce_inOne() {
    List<Invocation> many =
        IntStream.range(0, AcknowledgementPace.AT_ONCE).mapToObj(i -> dispatched()).toList();
    for (int i = 0; i < many.size(); i++) {
      succeed(i + 1, many.get(i));
    }

    assertThat(out.acknowledgements).hasSize(1);
    assertThat(out.lastAcknowledgement().through()).isEqualTo(AcknowledgementPace.AT_ONCE);
  }

  @Test
  void aRepeat_orARefusal_isToldAtOnce() {
    Invocation first = dispatched();
    succeed(1, first);

    succeed(2, first);
    assertThat(out.lastAcknowledgement().repeated()).containsExactly(2L);

    session.callback(3, first.id(), steps(InvocationState.FAILED));
    server.settle();
    assertThat(out.lastAcknowledgement().refused()).hasSize(1);
  }

  @Test
  void anAgentThatLeaves_isToldBefore() {
    succeed(1, dispatched());

    session.leave();

    assertThat(out.lastAcknowledgement().through()).isEqualTo(1);
  }

  private Invocation dispatched() {
    return server.only(server.dispatch(HOUR, node));
  }

  private void succeed(long sequence, Invocation invocation) {
    session.callback(sequence, invocation.id(), steps(ACKNOWLEDGED, STARTED, SUCCEEDED));
    server.settle();
  }

  private static List<ReportedStep> steps(InvocationState... states) {
    return Stream.of(states).map(InvocationSamples::step).toList();
  }
}
