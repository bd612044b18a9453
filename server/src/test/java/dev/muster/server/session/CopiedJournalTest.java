// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static dev.muster.server.invocation.InvocationState.ACKNOWLEDGED;
import static dev.muster.server.invocation.InvocationState.DISPATCHED;
import static dev.muster.server.invocation.InvocationState.LOST;
import static dev.muster.server.invocation.InvocationState.STARTED;
import static dev.muster.server.invocation.InvocationState.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.execution.ExecutionId;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationSamples;
import dev.muster.server.jdbc.TestStore;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeStore.SessionRecord;
import dev.muster.server.session.AgentHello.JournalItem;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A command that waits in a journal, and copies of that journal. */
@Timeout(60)
final class CopiedJournalTest {
  private static final TestStore store = TestStore.open();

  private final SessionHarness server = new SessionHarness(store);
  private final Node node = server.node();
  private final RecordingOutbound out = new RecordingOutbound();
  private final ExecutionId execution;
  private final Invocation waiting;

  CopiedJournalTest() {
    NodeSession first = server.open(node, new RecordingOutbound(), 4);
    execution = server.dispatch(Duration.ofHours(1), node);
    waiting = server.only(execution);
    assertThat(waiting.state()).isEqualTo(DISPATCHED);
    first.streamEnded();
    server.settle();
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
  void waiting_isResumed_onceTheEpochIsDurable_andNotBefore() {
    NodeSession session = server.connect(node, out);
    session.hello(SessionHarness.hello(1, 4, waits()));
    server.settle();
    assertThat(out.directives).containsExactly(told(Directive.Verb.REPORT));
    server.failStore(true);
    session.epochConfirmed(2);
    server.settle();
    assertThat(out.directives).hasSize(1);

    server.failStore(false);
    server.clock.advance(Duration.ofSeconds(1));
    server.settle();

    assertThat(out.directives).hasSize(2).last().isEqualTo(told(Directive.Verb.RESUME));
    assertThat(record().confirmedEpoch()).isEqualTo(2);
    assertThat(server.find(waiting.id()).state()).isEqualTo(ACKNOWLEDGED);
  }

  @Test
  void waiting_isResumed_behindTheLastPage() {
    NodeSession session = server.connect(node, out);
    session.hello(SessionHarness.hello(new byte[16], 1, 4, true, waits()));
    server.settle();
    session.epochConfirmed(2);
    server.settle();
    assertThat(out.sent()).containsExactly("WELCOME 2");

    session.journalPage(List.of(), true);
    session.journalPage(List.of(), false);
    server.settle();

    assertThat(out.sent())
        .containsExactly("WELCOME 2", "RECONCILE 0", "RECONCILE 0", "RECONCILE 1");
    assertThat(out.directives).last().isEqualTo(told(Directive.Verb.RESUME));
  }

  @Test
  void waiting_thatWasCancelledBeforeTheEpochWasConfirmed_isNotResumed() {
    NodeSession session = server.connect(node, out);
    session.hello(SessionHarness.hello(1, 4, waits()));
    server.settle();
    server.cancel(execution);

    session.epochConfirmed(2);
    server.settle();

    assertThat(out.directives).last().isEqualTo(told(Directive.Verb.CANCEL));
  }

  @Test
  void olderCopy_behindAResume_startsNothing() {
    // Bug: a disk that was put back had its command resumed, which had run meanwhile.
    NodeSession resumed = server.connect(node, new RecordingOutbound());
    resumed.hello(SessionHarness.hello(1, 4, waits()));
    server.settle();
    resumed.epochConfirmed(2);
    server.settle();
    resumed.streamEnded();

    NodeSession copy = server.connect(node, out);
    copy.hello(SessionHarness.hello(1, 4, waits()));
    server.settle();
    copy.epochConfirmed(3);
    server.settle();

    assertThat(out.directives).containsExactly(told(Directive.Verb.FORGET));
    Invocation lost = server.find(waiting.id());
    assertThat(lost.state()).isEqualTo(LOST);
    assertThat(lost.reason()).isEqualTo("JOURNAL_LOST");
  }

  @Test
  void olderCopy_onAFurtherPage_startsNothing_thoughItsSessionIsConfirmed() {
    // Bug: by then the newest confirmed epoch is this session's own, which no Hello has told.
    NodeSession resumed = server.connect(node, new RecordingOutbound());
    resumed.hello(SessionHarness.hello(1, 4, waits()));
    server.settle();
    resumed.epochConfirmed(2);
    server.settle();
    resumed.streamEnded();

    NodeSession copy = server.connect(node, out);
    copy.hello(SessionHarness.hello(new byte[16], 1, 4, true));
    server.settle();
    copy.epochConfirmed(3);
    copy.journalPage(List.of(waits()), false);
    server.settle();

    assertThat(out.directives).containsExactly(told(Directive.Verb.FORGET));
    assertThat(server.find(waiting.id()).state()).isEqualTo(LOST);
  }

  @Test
  void journalOnAFurtherPage_isNoCopy_becauseItsOwnSessionIsConfirmed() {
    NodeSession session = server.connect(node, out);
    session.hello(SessionHarness.hello(new byte[16], 1, 4, true));
    server.settle();
    session.epochConfirmed(2);
    session.journalPage(List.of(waits()), false);
    server.settle();

    assertThat(out.directives)
        .containsExactly(told(Directive.Verb.REPORT), told(Directive.Verb.RESUME));
  }

  @Test
  void lost_isHealedByTheOriginal_whereACopyCameBetween() {
    NodeSession original = server.connect(node, new RecordingOutbound());
    original.hello(SessionHarness.hello(1, 4, waits()));
    server.settle();
    original.epochConfirmed(2);
    server.settle();
    NodeSession copy = server.connect(node, new RecordingOutbound());
    copy.hello(SessionHarness.hello(1, 4, waits()));
    server.settle();
    assertThat(server.find(waiting.id()).state()).isEqualTo(LOST);

    NodeSession again = server.connect(node, out);
    again.hello(
        SessionHarness.hello(
            2,
            4,
            new JournalItem(
                waiting.id(),
                1,
                List.of(
                    InvocationSamples.step(ACKNOWLEDGED),
                    InvocationSamples.step(STARTED),
                    InvocationSamples.step(SUCCEEDED)),
                false,
                false)));
    server.settle();

    assertThat(server.find(waiting.id()).state()).isEqualTo(SUCCEEDED);
  }

  @Test
  void lost_thatWaitsInACopy_isNotCalledCancelled() {
    // Bug: CANCEL had the copy say that it never ran; it had, from the original.
    NodeSession original = server.connect(node, new RecordingOutbound());
    original.hello(SessionHarness.hello(new byte[] {9}, 1, 4, false));
    server.settle();
    original.epochConfirmed(2);
    server.settle();
    original.streamEnded();
    server.settle();
    assertThat(server.find(waiting.id()).state()).isEqualTo(LOST);
    assertThat(record().confirmedEpoch()).isEqualTo(2);

    NodeSession copy = server.connect(node, out);
    copy.hello(SessionHarness.hello(1, 4, waits()));
    server.settle();

    assertThat(out.directives).containsExactly(told(Directive.Verb.FORGET));
  }

  @Test
  void copy_thatDiedBeforeItForgot_isNotCalledCancelled_whenItComesAgain() {
    // Bug: it had the epoch of its first session by then, and so was no copy any more.
    NodeSession original = server.connect(node, new RecordingOutbound());
    original.hello(SessionHarness.hello(1, 4, waits()));
    server.settle();
    original.epochConfirmed(2);
    server.settle();
    original.streamEnded();
    NodeSession copy = server.connect(node, new RecordingOutbound());
    copy.hello(SessionHarness.hello(1, 4, waits()));
    server.settle();
    copy.epochConfirmed(3);
    server.settle();
    copy.streamEnded();
    server.settle();

    NodeSession again = server.connect(node, out);
    again.hello(SessionHarness.hello(3, 4, waits()));
    server.settle();

    assertThat(out.directives).containsExactly(told(Directive.Verb.FORGET));
    assertThat(server.find(waiting.id()).state()).isEqualTo(LOST);
  }

  @Test
  void copy_whoseFurtherPagesNeverCame_startsNothing_whenItComesAgain() {
    // Bug: its agent had the epoch from Welcome on, so what the pages would have told was resumed.
    NodeSession original = server.connect(node, new RecordingOutbound());
    original.hello(SessionHarness.hello(1, 4, waits()));
    server.settle();
    original.epochConfirmed(2);
    server.settle();
    original.streamEnded();
    NodeSession copy = server.connect(node, new RecordingOutbound());
    copy.hello(SessionHarness.hello(new byte[16], 1, 4, true));
    server.settle();
    copy.epochConfirmed(3);
    copy.streamEnded();
    server.settle();

    NodeSession again = server.connect(node, out);
    again.hello(SessionHarness.hello(new byte[16], 3, 4, true));
    server.settle();
    again.epochConfirmed(4);
    again.journalPage(List.of(waits()), false);
    server.settle();

    assertThat(out.directives).containsExactly(told(Directive.Verb.FORGET));
    assertThat(server.find(waiting.id()).state()).isEqualTo(LOST);
    assertThat(record().confirmedEpoch()).isEqualTo(4);
  }

  private SessionRecord record() {
    return store.read(tx -> tx.nodes().session(node.id())).orElseThrow();
  }

  private JournalItem waits() {
    return new JournalItem(
        waiting.id(), waiting.epoch(), List.of(InvocationSamples.step(ACKNOWLEDGED)), false, false);
  }

  private Directive told(Directive.Verb verb) {
    return new Directive(waiting.id(), verb);
  }
}
