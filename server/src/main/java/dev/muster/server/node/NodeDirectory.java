// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.wire.Sha256;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All nodes, in memory: what is durable and nothing else. Loaded once at start; whoever commits a
 * change of a node puts it here after the commit, in the order of the commits. Thread-safe; reads
 * never block.
 */
public final class NodeDirectory {
  private final Map<NodeId, Node> byId = new ConcurrentHashMap<>();
  private final Map<String, ConcurrentNavigableMap<NodeName, Node>> byProject =
      new ConcurrentHashMap<>();
  private final Interner<Sha256> digests = new Interner<>(10);

  /**
   * Returns the nodes of a store.
   *
   * @throws dev.muster.server.ledger.StoreException where it cannot be read
   */
  public static NodeDirectory load(LedgerStore store) {
    NodeDirectory directory = new NodeDirectory();
    store.read(
        tx -> {
          tx.nodes().forEach(directory::put);
          return directory;
        });
    return directory;
  }

  /** Adds a node, or replaces what was known of it. Called after the commit that changed it. */
  public void put(Node node) {
    Node lean = node.withCatalogDigest(digests.intern(node.catalogDigest()));
    byId.put(lean.id(), lean);
    byProject
        .computeIfAbsent(lean.projectId(), project -> new ConcurrentSkipListMap<>())
        .put(lean.name(), lean);
  }

  /** Returns a node. */
  public Optional<Node> find(NodeId id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** Returns the node of a project that is called so, by id or by name. */
  public Optional<Node> find(String projectId, String idOrName) {
    Optional<NodeId> id = NodeId.tryParse(idOrName);
    if (id.isPresent()) {
      return find(id.get()).filter(node -> node.projectId().equals(projectId));
    }
    return NodeName.tryParse(idOrName).map(name -> ofProject(projectId).get(name));
  }

  /**
   * Returns the node of a project that is called so, by id or by name.
   *
   * @throws BusException NODE_NOT_FOUND where there is none
   */
  public Node resolve(String projectId, String idOrName) {
    return find(projectId, idOrName).orElseThrow(() -> notFound(idOrName));
  }

  /** Returns the nodes that a selector chooses, by name. Those revoked are never among them. */
  public List<Node> match(String projectId, LabelSelector selector) {
    List<Node> matching = new ArrayList<>();
    for (Node node : ofProject(projectId).values()) {
      if (node.state() != NodeState.REVOKED && selector.matches(node.labels())) {
        matching.add(node);
      }
    }
    return matching;
  }

  /**
   * Returns the first nodes of a project, by name, that pass the filter, behind a name if given.
   */
  public List<Node> list(
      String projectId, Predicate<Node> filter, @Nullable NodeName after, int limit) {
    ConcurrentNavigableMap<NodeName, Node> nodes = ofProject(projectId);
    List<Node> page = new ArrayList<>();
    for (Node node : (after == null ? nodes : nodes.tailMap(after, false)).values()) {
      if (page.size() == limit) {
        break;
      }
      if (filter.test(node)) {
        page.add(node);
      }
    }
    return page;
  }

  /** Returns all nodes of all projects, in no order. The view changes as nodes do. */
  public Collection<Node> all() {
    return byId.values();
  }

  /** Returns the refusal for a node that is not there. */
  public static BusException notFound(String idOrName) {
    return BusException.of(ErrorReason.NODE_NOT_FOUND)
        .message("There is no node " + idOrName + ".")
        .with("node_id", idOrName)
        .build();
  }

  private ConcurrentNavigableMap<NodeName, Node> ofProject(String projectId) {
    ConcurrentNavigableMap<NodeName, Node> nodes = byProject.get(projectId);
    return nodes == null ? new ConcurrentSkipListMap<>() : nodes;
  }
}
