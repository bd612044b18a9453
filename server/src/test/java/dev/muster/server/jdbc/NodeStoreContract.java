// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.muster.server.ledger.StoreTransaction;
import dev.muster.server.node.Labels;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeState;
import dev.muster.server.node.NodeStore.Seen;
import dev.muster.server.node.NodeStore.SessionRecord;
import dev.muster.server.node.NodeStore.SharedKey;
import dev.muster.wire.Sha256;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the store of nodes promises. */
abstract class NodeStoreContract extends StoreContract {
  @BeforeEach
  void addNodes() {
    store().write(tx -> tx.nodes().insert(Samples.node(1), Map.of("os", "linux"), "dmi-1"));
    store().write(tx -> tx.nodes().insert(Samples.node(2), Map.of(), ""));
  }

  @Test
  void find_returnsWhatWasInserted() {
    assertThat(find(1)).isEqualTo(Samples.node(1));
    assertThat(store().<Boolean>read(tx -> tx.nodes().find(Samples.nodeId(3)).isEmpty())).isTrue();
  }

  @Test
  void findByName_looksInTheProject() {
    assertThat(found(tx -> tx.nodes().findByName("default", "node-2"))).contains(Samples.node(2));
    assertThat(found(tx -> tx.nodes().findByName("other", "node-2"))).isEmpty();
  }

  @Test
  void insert_ofATakenName_isAFaultOfTheCaller() {
    Node taken = Samples.node(1);
    Node twin =
        new Node(
            Samples.nodeId(7),
            taken.projectId(),
            taken.name(),
            taken.labels(),
            taken.state(),
            taken.catalogDigest(),
            taken.createTime(),
            taken.machineId());

    assertThatIllegalStateException()
        .isThrownBy(() -> store().write(tx -> tx.nodes().insert(twin, Map.of(), "")));
  }

  @Test
  void update_writesWhatMayChange_andRaisesTheVersion() {
    Node changed =
        Samples.node(1)
            .withLabels(Labels.of(Map.of("tier", "db")))
            .withState(NodeState.DISABLED)
            .withCatalogDigest(Sha256.hash(new byte[] {1}))
            .withMachineId("another");
    long before = store().read(tx -> tx.nodes().version(changed.id()));

    store().write(tx -> tx.nodes().update(changed));

    assertThat(find(1)).isEqualTo(changed);
    assertThat(store().<Long>read(tx -> tx.nodes().version(changed.id()))).isGreaterThan(before);
    assertThat(find(2)).isEqualTo(Samples.node(2));
  }

  @Test
  void forEach_handsOverAll() {
    List<Node> all = new ArrayList<>();

    store()
        .read(
            tx -> {
              tx.nodes().forEach(all::add);
              return 0;
            });

    assertThat(all).containsExactlyInAnyOrder(Samples.node(1), Samples.node(2));
  }

  @Test
  void session_beforeTheFirst_isEmpty() {
    assertThat(found(tx -> tx.nodes().session(Samples.nodeId(1)))).isEmpty();
  }

  @Test
  void recordSession_replacesTheOneBefore() {
    store().write(tx -> tx.nodes().recordSession(Samples.nodeId(1), session(1, Map.of("a", "b"))));
    store().write(tx -> tx.nodes().recordSession(Samples.nodeId(1), session(2, Map.of("c", "d"))));

    assertThat(found(tx -> tx.nodes().session(Samples.nodeId(1))).orElseThrow())
        .usingRecursiveComparison()
        .isEqualTo(session(2, Map.of("c", "d")));
    assertThat(find(1)).isEqualTo(Samples.node(1));
  }

  @Test
  void recordSeen_movesOnlyThatTime() {
    Instant later = Samples.NOW.plusSeconds(20);
    store().write(tx -> tx.nodes().recordSession(Samples.nodeId(1), session(1, Map.of())));

    store()
        .write(
            tx ->
                tx.nodes()
                    .recordSeen(
                        List.of(
                            new Seen(Samples.nodeId(1), later, 0),
                            new Seen(Samples.nodeId(9), later, 0))));

    SessionRecord recorded =
        store().read(tx -> tx.nodes().session(Samples.nodeId(1))).orElseThrow();
    assertThat(recorded.lastSeenTime()).isEqualTo(later);
    assertThat(recorded.connectTime()).isEqualTo(Samples.NOW);
    assertThat(recorded.confirmedEpoch()).isEqualTo(3);
  }

  @Test
  void confirmedEpoch_onlyGrows() {
    store().write(tx -> tx.nodes().recordSession(Samples.nodeId(1), session(9, Map.of())));

    assertThat(confirmedAfter(tx -> tx.nodes().recordConfirmed(Samples.nodeId(1), 7))).isEqualTo(7);
    assertThat(confirmedAfter(tx -> tx.nodes().recordConfirmed(Samples.nodeId(1), 5))).isEqualTo(7);
    assertThat(confirmedAfter(tx -> tx.nodes().recordSeen(List.of(seen(9))))).isEqualTo(9);
    assertThat(confirmedAfter(tx -> tx.nodes().recordSeen(List.of(seen(8))))).isEqualTo(9);
  }

  private static Seen seen(long confirmedEpoch) {
    return new Seen(Samples.nodeId(1), Samples.NOW, confirmedEpoch);
  }

  private long confirmedAfter(Consumer<StoreTransaction> writing) {
    store().write(writing);
    return store().read(tx -> tx.nodes().session(Samples.nodeId(1))).orElseThrow().confirmedEpoch();
  }

  private Node find(int number) {
    return store().read(tx -> tx.nodes().find(Samples.nodeId(number))).orElseThrow();
  }

  private static SessionRecord session(long epoch, Map<String, String> facts) {
    return new SessionRecord(
        epoch,
        new byte[] {1, 2},
        new byte[] {3},
        "1.2.3",
        4,
        facts,
        "10.0.0.1:4711",
        -250,
        Samples.NOW,
        Samples.NOW,
        Optional.of(new SharedKey(Samples.NOW, "10.0.0.1:4711, 10.0.0.2:4712")),
        3);
  }
}
