// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import static dev.muster.server.node.TestBus.PROJECT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.catalog.Catalog;
import dev.muster.server.error.BusException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class NodeDirectoryTest {
  private final NodeDirectory directory = new NodeDirectory();

  @Test
  void nodes_areFoundByIdAndNameInTheirProjectOnly() {
    Node node = put(1, "web", Map.of());

    assertThat(directory.find(node.id())).contains(node);
    assertThat(directory.find(PROJECT, "web")).contains(node);
    assertThat(directory.find(PROJECT, node.id().toString())).contains(node);
    assertThat(directory.find("other", "web")).isEmpty();
    assertThat(directory.find("other", node.id().toString())).isEmpty();
    assertThatThrownBy(() -> directory.resolve(PROJECT, "db")).isInstanceOf(BusException.class);
  }

  @Test
  void match_isByName_andSeesTheLatest() throws Exception {
    Node b = put(1, "b", Map.of("role", "web"));
    Node a = put(2, "a", Map.of("role", "web"));
    Node c = put(3, "c", Map.of("role", "db"));

    assertThat(directory.match(PROJECT, LabelSelector.parse("role=web"))).containsExactly(a, b);
    directory.put(b.withState(NodeState.REVOKED));
    directory.put(c.withLabels(Labels.of(Map.of("role", "web"))));
    assertThat(directory.match(PROJECT, LabelSelector.parse("role=web")))
        .extracting(node -> node.name().value())
        .containsExactly("a", "c");
    assertThat(directory.match("other", LabelSelector.everything())).isEmpty();
  }

  @Test
  void disabledNodes_areInCohorts() {
    Node node = put(1, "a", Map.of());
    directory.put(node.withState(NodeState.DISABLED));

    assertThat(directory.match(PROJECT, LabelSelector.everything())).hasSize(1);
  }

  @Test
  void list_goesOnBehindANameThatIsGone() {
    for (int i = 0; i < 5; i++) {
      var unused = put(i, "n" + i, Map.of());
    }

    List<Node> behind = directory.list(PROJECT, node -> true, new NodeName("n1a"), 2);

    assertThat(behind).extracting(node -> node.name().value()).containsExactly("n2", "n3");
    assertThat(directory.list("other", node -> true, null, 2)).isEmpty();
  }

  @Test
  void selectorOverAHundredThousandNodes_isAnsweredInOneGo() throws Exception {
    for (int i = 0; i < 100_000; i++) {
      var unused = put(i, "n" + i, Map.of("role", i % 10 == 0 ? "web" : "db", "zone", "z" + i % 3));
    }

    assertThat(directory.match(PROJECT, LabelSelector.parse("role=web,zone in (z0,z1)")))
        .hasSize(6_667);
  }

  private Node put(int number, String name, Map<String, String> labels) {
    Node node =
        new Node(
            new NodeId(new UUID(7, number)),
            PROJECT,
            new NodeName(name),
            Labels.of(labels),
            NodeState.ACTIVE,
            Catalog.EMPTY.digest(),
            TestBus.START,
            "");
    directory.put(node);
    return node;
  }
}
