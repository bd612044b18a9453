// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static dev.muster.server.invocation.InvocationState.ACKNOWLEDGED;
import static dev.muster.server.invocation.InvocationState.CANCELLED;
import static dev.muster.server.invocation.InvocationState.DISPATCHED;
import static dev.muster.server.invocation.InvocationState.PENDING;
import static dev.muster.server.invocation.InvocationState.STARTED;
import static dev.muster.server.invocation.InvocationState.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationSamples;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ReportedStep;
import dev.muster.server.jdbc.TestStore;
import dev.muster.server.node.Node;
import dev.muster.server.session.AgentHello.JournalItem;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The server dies at the points of a commit that matter: in it, behind it before anything is sent,
 * and behind it before anything is acknowledged. A second server goes on with the same store.
 */
@Timeout(60)
final class KillPointTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @RegisterExtension final TestStore store = new TestStore();

  private SessionHarness server;
  private final RecordingOutbound out = new RecordingOutbound();

  @BeforeEach
  void start() {
    server = new SessionHarness(store);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void inTheCommitOfADispatch_nothingIsAcknowledged_sentOrLeftBehind() {
    Node node = server.node();
    NodeSession unused = server.open(node, out, 4);
    server.failStore(true);

    assertThatThrownBy(() -> server.dispatch(HOUR, node)).isInstanceOf(RuntimeException.class);
    restart();

    assertThat(out.executed).isEmpty();
    assertThat(ofNode(node)).isEmpty();
  }

  @Test
  void betweenCommitAndSend_whatWasNeverSent_isProvenSo_andHandedOverOnce() {
    Node node = server.node();
    NodeSession unusedFirst = server.open(node, out, 4);
    server.dieAfterCommit();

    assertThatThrownBy(() -> server.dispatch(HOUR, node)).isInstanceOf(RuntimeException.class);
    restart();
    assertThat(out.executed).as("sent before it died").isEmpty();
    Invocation held = only(node);
    assertThat(held.state()).isEqualTo(DISPATCHED);
    RecordingOutbound next = new RecordingOutbound();
    NodeSession unusedSecond = server.open(node, next, 4, 1);

    assertThat(next.executed).extracting(Invocation::id).containsExactly(held.id());
    assertThat(server.history(held.id()))
        .extracting(HistoryEntry::to)
        .containsExactly(DISPATCHED, PENDING, DISPATCHED);
  }

  @Test
  void betweenCommitAndSend_inAnOutboxThatIsNotReady_isTheSame() {
    Node node = server.node();
    out.block();
    NodeSession unusedFirst = server.open(node, out, 4);
    Invocation held = server.only(server.dispatch(HOUR, node));
    assertThat(held.state()).isEqualTo(DISPATCHED);

    restart();
    RecordingOutbound next = new RecordingOutbound();
    NodeSession unusedSecond = server.open(node, next, 4, 1);

    assertThat(out.executed).isEmpty();
    assertThat(next.executed).extracting(Invocation::id).containsExactly(held.id());
  }

  @Test
  void inTheCommitOfAReport_itIsNotAcknowledged_andCountsWhenItComesAgain() {
    Node node = server.node();
    NodeSession session = server.open(node, out, 4);
    Invocation held = server.only(server.dispatch(HOUR, node));
    server.failStore(true);

    session.callback(1, held.id(), steps(ACKNOWLEDGED, STARTED, SUCCEEDED));
    server.settle();
    restart();

    assertThat(out.acknowledgements).isEmpty();
    assertThat(server.find(held.id()).state()).isEqualTo(DISPATCHED);
    comesBackWith(node, held, ACKNOWLEDGED, STARTED, SUCCEEDED);
    assertThat(server.find(held.id()).state()).isEqualTo(SUCCEEDED);
  }

  @Test
  void betweenTheCommitOfAReportAndItsAcknowledgement_itIsRepeated_andChangesNothing() {
    Node node = server.node();
    NodeSession session = server.open(node, out, 4);
    Invocation held = server.only(server.dispatch(HOUR, node));
    server.dieAfterCommit();

    session.callback(1, held.id(), steps(ACKNOWLEDGED, STARTED, SUCCEEDED));
    server.settle();
    restart();

    assertThat(out.acknowledgements).isEmpty();
    assertThat(server.find(held.id()).state()).isEqualTo(SUCCEEDED);
    List<HistoryEntry> before = server.history(held.id());
    RecordingOutbound next = comesBackWith(node, held, ACKNOWLEDGED, STARTED, SUCCEEDED);
    assertThat(server.history(held.id())).isEqualTo(before);
    assertThat(next.directives).containsExactly(new Directive(held.id(), Directive.Verb.FORGET));
  }

  @Test
  void betweenTheCommitOfACancelAndItsSending_theNextSessionIsTold() {
    Node node = server.node();
    NodeSession unusedSession = server.open(node, out, 4);
    var execution = server.dispatch(HOUR, node);
    Invocation held = server.only(execution);
    server.dieAfterCommit();

    assertThatThrownBy(() -> server.cancel(execution)).isInstanceOf(RuntimeException.class);
    restart();

    assertThat(out.cancelled).as("sent before it died").isEmpty();
    RecordingOutbound next = comesBackWith(node, held, ACKNOWLEDGED);
    assertThat(next.directives).extracting(Directive::verb).containsExactly(Directive.Verb.CANCEL);
    assertThat(server.find(held.id()).state()).isNotEqualTo(CANCELLED);
  }

  // ---- Small words ----

  private void restart() {
    server.kill();
    server = new SessionHarness(store);
  }

  private RecordingOutbound comesBackWith(Node node, Invocation held, InvocationState... journal) {
    RecordingOutbound next = new RecordingOutbound();
    NodeSession session = server.connect(node, next);
    boolean running = List.of(journal).contains(STARTED) && !List.of(journal).contains(SUCCEEDED);
    session.hello(
        SessionHarness.hello(
            1, 4, new JournalItem(held.id(), held.epoch(), steps(journal), running, false)));
    server.settle();
    return next;
  }

  private Invocation only(Node node) {
    List<Invocation> all = ofNode(node);
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private List<Invocation> ofNode(Node node) {
    return server.read(tx -> tx.invocations().unsettled(node.id(), 100));
  }

  private static List<ReportedStep> steps(InvocationState... states) {
    return Stream.of(states).map(InvocationSamples::step).toList();
  }
}
