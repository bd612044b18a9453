// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.node.NodeKey;
import dev.muster.wire.Sha256;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the store of keys promises. */
abstract class NodeKeyStoreContract extends StoreContract {
  private static final NodeKey OLD = key(1, Samples.NOW);
  private static final NodeKey NEW = key(2, Samples.NOW.plusSeconds(1));

  @BeforeEach
  void addKeys() {
    store()
        .write(
            tx -> {
              tx.nodes().insert(Samples.node(1), Map.of(), "");
              tx.nodeKeys().insert(NEW);
              tx.nodeKeys().insert(OLD);
            });
  }

  @Test
  void ofNode_returnsItsKeys_oldestFirst() {
    assertThat(ofNode(1)).containsExactly(OLD, NEW);
    assertThat(ofNode(2)).isEmpty();
  }

  @Test
  void recordFirstUse_keepsTheFirst() {
    Instant first = Samples.NOW.plusSeconds(5);
    store().write(tx -> tx.nodeKeys().recordFirstUse(OLD.id(), first));
    store().write(tx -> tx.nodeKeys().recordFirstUse(OLD.id(), first.plusSeconds(1)));

    assertThat(ofNode(1).get(0).firstUsedTime()).isEqualTo(first);
    assertThat(ofNode(1).get(1).firstUsedTime()).isNull();
  }

  @Test
  void delete_removesOne() {
    store().write(tx -> tx.nodeKeys().delete(OLD.id()));

    assertThat(ofNode(1)).containsExactly(NEW);
  }

  @Test
  void forEach_handsOverAll() {
    List<NodeKey> all = new ArrayList<>();

    store()
        .read(
            tx -> {
              tx.nodeKeys().forEach(all::add);
              return 0;
            });

    assertThat(all).containsExactlyInAnyOrder(OLD, NEW);
  }

  private List<NodeKey> ofNode(int node) {
    return store().read(tx -> tx.nodeKeys().ofNode(Samples.nodeId(node)));
  }

  private static NodeKey key(int number, Instant createTime) {
    return new NodeKey(
        Samples.uuid(number),
        Samples.nodeId(1),
        Sha256.hash(new byte[] {(byte) number}),
        createTime,
        null);
  }
}
