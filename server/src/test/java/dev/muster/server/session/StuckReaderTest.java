// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.delivery.Deadlines;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.jdbc.TestStore;
import dev.muster.server.node.Node;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node that reads nothing, and half-open connections: found in bounded time, by the clock. */
@Timeout(60)
final class StuckReaderTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration SILENCE = SessionHarness.HEARTBEAT.multipliedBy(3);
  private static final TestStore store = TestStore.openInMemory();

  private final SessionHarness server = SessionHarness.simulated(store);
  private final Node node = server.node();
  private final RecordingOutbound out = new RecordingOutbound();
  private final NodeSession session = server.open(node, out, 2);

  StuckReaderTest() {
    new Heartbeats(server.registry, server.clock).start(server.clock.timer());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @AfterAll
  static void closeStore() {
    store.close();
  }

  @Test
  void nodeThatReadsNothing_isSentAway_thoughItGivesSignsOfLife() {
    // Bug: as long as it was heard of, its session went on for ever.
    out.block(true);
    ExecutionId execution = server.dispatch(HOUR, node);

    liveFor(SILENCE);
    assertThat(out.closedWith()).isEmpty();
    liveFor(Duration.ofSeconds(2));

    assertThat(out.closedWith()).contains(ErrorReason.HEARTBEAT_MISSED);
    assertThat(server.registry.isOnline(node.id())).isFalse();
    assertThat(server.only(execution).state()).isEqualTo(InvocationState.DISPATCHED);
  }

  @Test
  void nodeThatReadsSlowly_keepsItsSession() {
    out.block(true);
    server.dispatch(HOUR, node);
    server.dispatch(HOUR, node);

    liveFor(SILENCE.minusSeconds(5));
    out.takeOne();
    session.writable();
    liveFor(SILENCE.minusSeconds(5));

    assertThat(out.closedWith()).isEmpty();
  }

  @Test
  void nodeThatReadsAgain_keepsItsSession() {
    out.block();
    server.dispatch(HOUR, node);
    liveFor(SILENCE.minusSeconds(5));

    session.writable();
    liveFor(SILENCE.multipliedBy(3));

    assertThat(out.executed).hasSize(1);
    assertThat(out.closedWith()).isEmpty();
  }

  @Test
  void halfOpenConnection_endsAfterThreeMissedHeartbeats() {
    server.clock.advance(SILENCE);
    assertThat(out.closedWith()).isEmpty();

    server.clock.advance(Duration.ofSeconds(2));

    assertThat(out.closedWith()).contains(ErrorReason.HEARTBEAT_MISSED);
    assertThat(server.registry.isOnline(node.id())).isFalse();
  }

  @Test
  void connectionThatNeverSaysHello_isNotOnline() {
    NodeSession silent = server.connect(server.node(), out);

    silent.requireHello();

    assertThat(out.closedWith()).contains(ErrorReason.PROTOCOL_VIOLATION);
  }

  @Test
  void eachSideGivesASignOfLife_everyInterval_whereNothingElseIsSent() {
    liveFor(SILENCE);

    assertThat(out.sent()).filteredOn("HEARTBEAT"::equals).hasSize(3);
  }

  @Test
  void whatSettles_whileItWaitsForTheStream_makesRoom() {
    // Bug: it stayed in the outbox, whose bound is the number of slots, and was sent in the end.
    new Deadlines(server.ledger, server.moves, server.clock, Duration.ZERO)
        .start(server.clock.timer());
    out.block(true);
    ExecutionId late = server.dispatch(HOUR, node);
    assertThat(out.isBehind()).isTrue();

    server.clock.jump(Duration.ofMinutes(13));
    for (int i = 0; i < 3; i++) {
      session.writable();
      session.heartbeat(0);
      server.clock.advance(Duration.ofSeconds(1));
      server.settle();
    }

    assertThat(server.only(late).state()).isEqualTo(InvocationState.LOST);
    assertThat(out.isBehind()).isFalse();
  }

  /** Lets time pass, in which the agent gives its signs of life. */
  private void liveFor(Duration time) {
    for (Duration left = time; left.compareTo(Duration.ZERO) > 0; left = left.minusSeconds(1)) {
      session.heartbeat(0);
      server.clock.advance(Duration.ofSeconds(1));
      server.settle();
    }
  }
}
