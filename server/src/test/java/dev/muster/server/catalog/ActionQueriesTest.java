// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.access.Role;
import dev.muster.server.catalog.ActionOffer.Position;
import dev.muster.server.node.LabelSelector;
import dev.muster.server.node.Labels;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeDirectory;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeName;
import dev.muster.server.node.NodeState;
import dev.muster.server.page.Page;
import dev.muster.wire.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ActionQueriesTest {
  private final NodeDirectory nodes = new NodeDirectory();
  private final CatalogDirectory catalogs = new CatalogDirectory();
  private final ActionQueries queries =
      new ActionQueries(nodes, catalogs, node -> node.value().getLeastSignificantBits() % 2 == 0);
  private int number;

  @Test
  void sameDeclarationInDifferentCatalogs_isOneOffer() {
    node(action("a", "1"));
    node(action("a", "1"), action("b", "1"));
    node(action("a", "2"));

    List<ActionOffer> offers = all("", 10);

    assertThat(offers)
        .extracting(
            offer ->
                offer.action().name()
                    + offer.action().version()
                    + " "
                    + offer.nodes()
                    + " "
                    + offer.online())
        .containsExactly("a1 2 1", "a2 1 0", "b1 1 1");
  }

  @Test
  void revokedNodes_offerNothing() {
    Node node = node(action("a", "1"));
    nodes.put(node.withState(NodeState.REVOKED));

    assertThat(all("", 10)).isEmpty();
  }

  @Test
  void nodeWhoseCatalogIsNotKnown_offersNothing() {
    Node node = node(action("a", "1"));
    nodes.put(node.withCatalogDigest(Sha256.hash(new byte[] {9})));

    assertThat(catalogs.of(nodes.find(node.id()).orElseThrow())).isEqualTo(Catalog.EMPTY);
    assertThat(all("", 10)).isEmpty();
  }

  @Test
  void pages_joinToTheWhole() {
    for (int i = 0; i < 7; i++) {
      node(action("a" + i % 3, "v" + i));
    }

    List<ActionOffer> walked = new ArrayList<>();
    Optional<Position> after = Optional.empty();
    Page<ActionOffer> page;
    do {
      page = queries.offers("default", LabelSelector.everything(), "", after, 2);
      walked.addAll(page.items());
      after = Optional.of(walked.get(walked.size() - 1).position());
    } while (page.more());

    assertThat(walked).isEqualTo(all("", 10)).hasSize(7);
  }

  private List<ActionOffer> all(String action, int size) {
    return queries
        .offers("default", LabelSelector.everything(), action, Optional.empty(), size)
        .items();
  }

  private Node node(Action... actions) {
    List<Action> declared = List.of(actions);
    Catalog catalog =
        Catalog.of(Sha256.hash(declared.toString().getBytes(StandardCharsets.UTF_8)), declared);
    catalogs.add(catalog);
    number++;
    Node node =
        new Node(
            new NodeId(new UUID(1, number)),
            "default",
            new NodeName("n" + number),
            Labels.of(Map.of()),
            NodeState.ACTIVE,
            catalog.digest(),
            Instant.EPOCH,
            "");
    nodes.put(node);
    return node;
  }

  private static Action action(String name, String version) {
    return new Action(
        name,
        ActionKind.HOOK,
        Danger.LOW,
        "",
        version,
        "",
        Duration.ofMinutes(1),
        false,
        false,
        true,
        "",
        false,
        Optional.empty(),
        Role.OPERATOR,
        "",
        1,
        false);
  }
}
