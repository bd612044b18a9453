// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import dev.muster.server.audit.AuditDetails;
import dev.muster.server.audit.AuditRecord;
import dev.muster.server.catalog.Catalog;
import dev.muster.server.credential.KeyedHash;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.error.Faults;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.ledger.StoreTransaction;
import dev.muster.server.node.NodeStore.SessionRecord;
import dev.muster.server.page.Page;
import dev.muster.server.request.RequestKey;
import dev.muster.server.request.Requests;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.Secret;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What operators do with nodes. Blocks until a change is durable. Thread-safe. */
public final class NodeService {
  private final Ledger ledger;
  private final LedgerStore store;
  private final NodeDirectory directory;
  private final NodeRegistrar registrar;
  private final KeyedHash keyedHash;
  private final Presence presence;
  private final RevocationListener revocation;
  private final SessionCloser sessions;
  private final Supplier<UUID> ids;
  private final SecureRandom random;

  /** Makes the use cases. The ids are UUIDv7. */
  public NodeService(
      Ledger ledger,
      LedgerStore store,
      NodeDirectory directory,
      NodeKeyring keyring,
      KeyedHash keyedHash,
      Presence presence,
      RevocationListener revocation,
      SessionCloser sessions,
      Supplier<UUID> ids,
      SecureRandom random) {
    this.ledger = ledger;
    this.store = store;
    this.directory = directory;
    this.registrar = new NodeRegistrar(directory, keyring);
    this.keyedHash = keyedHash;
    this.presence = presence;
    this.revocation = revocation;
    this.sessions = sessions;
    this.ids = ids;
    this.random = random;
  }

  /**
   * A node that was made.
   *
   * @param node the node
   * @param key its secret key; empty where the request was a repeat
   */
  public record CreatedNode(NodeView node, Optional<NodeSecretKey> key) {}

  /**
   * What a selector chooses now.
   *
   * @param matched how many nodes
   * @param online how many of them have a live session
   * @param sample the first of them, by name
   */
  public record Preview(int matched, int online, List<NodeView> sample) {}

  /**
   * Makes a node.
   *
   * @throws BusException FIELD_INVALID, NODE_NAME_TAKEN, REQUEST_ID_REUSED, STORE_UNAVAILABLE
   */
  public CreatedNode create(
      RequestedBy by,
      RequestKey request,
      String projectId,
      String name,
      Map<String, String> labels) {
    NodeName nodeName =
        NodeName.tryParse(name)
            .orElseThrow(
                () ->
                    Faults.field(
                        "name",
                        "a DNS label of 1 to 63 characters (a-z, 0-9, '-') and not a UUID."));
    Labels parsed = labels("labels", labels);
    NodeId id = new NodeId(ids.get());
    NodeSecretKey secret = new NodeSecretKey(id.value(), Secret.random(random));
    UUID keyId = ids.get();
    return ledger.call(
        tx -> {
          Optional<String> made = Requests.replayed(tx.store().requests(), request);
          if (made.isPresent()) {
            NodeId known = new NodeId(UUID.fromString(made.get()));
            return new CreatedNode(view(tx.store(), existing(tx.store(), known)), Optional.empty());
          }
          Node node =
              new Node(
                  id,
                  projectId,
                  nodeName,
                  parsed,
                  NodeState.ACTIVE,
                  Catalog.EMPTY.digest(),
                  tx.now(),
                  "");
          NodeKey key = new NodeKey(keyId, id, keyedHash.hash(secret), tx.now(), null);
          registrar.register(tx, node, key, Map.of(), "");
          record(tx, request, id);
          audit(
              tx,
              "node.create",
              by,
              node,
              new AuditDetails().add("name", name).add("labels", parsed.toString()));
          return new CreatedNode(view(tx.store(), node), Optional.of(secret));
        });
  }

  /**
   * Returns one node, by id or by name.
   *
   * @throws BusException NODE_NOT_FOUND
   */
  public NodeView get(String projectId, String idOrName) {
    Node node = directory.resolve(projectId, idOrName);
    return store.read(tx -> view(tx, node));
  }

  /** Returns nodes by name, behind a name if given. */
  public Page<NodeView> list(
      String projectId, NodeFilter filter, @Nullable NodeName after, int size) {
    List<Node> nodes = directory.list(projectId, filter.over(presence), after, size + 1);
    Page<Node> page = Page.cut(nodes, size);
    return new Page<>(views(page.items()), page.more());
  }

  /**
   * Changes labels of a node.
   *
   * @param etag that was read; empty: whatever it is
   * @throws BusException NODE_NOT_FOUND, NODE_REVOKED, ETAG_MISMATCH, FIELD_INVALID,
   *     REQUEST_ID_REUSED, STORE_UNAVAILABLE
   */
  public NodeView updateLabels(
      RequestedBy by,
      RequestKey request,
      String projectId,
      String idOrName,
      Map<String, String> set,
      Collection<String> remove,
      String etag) {
    for (String key : remove) {
      if (set.containsKey(key)) {
        throw Faults.field("remove_labels", "the label " + key + " is also to be set.");
      }
    }
    NodeId id = directory.resolve(projectId, idOrName).id();
    return ledger.call(
        tx -> {
          Node before = existing(tx.store(), id);
          if (Requests.replayed(tx.store().requests(), request).isPresent()) {
            return view(tx.store(), before);
          }
          requireEtag(tx.store(), before, etag);
          if (before.state() == NodeState.REVOKED) {
            throw BusException.of(ErrorReason.NODE_REVOKED)
                .message("Node " + before.name() + " was revoked; nothing can be changed on it.")
                .with("node_id", before.id())
                .with("node_name", before.name())
                .build();
          }
          Node after = before.withLabels(changed(before.labels(), set, remove));
          if (!after.equals(before)) {
            tx.store().nodes().update(after);
            tx.afterCommit(() -> directory.put(after));
          }
          record(tx, request, id);
          audit(
              tx,
              "node.update",
              by,
              after,
              new AuditDetails()
                  .add("labels_before", before.labels().toString())
                  .add("labels", after.labels().toString()));
          return view(tx.store(), after);
        });
  }

  /**
   * Refuses a node's key for good, settles what it had to do, and ends its session. Revoking again
   * is fine.
   *
   * @throws BusException NODE_NOT_FOUND, REQUEST_ID_REUSED, STORE_UNAVAILABLE
   */
  public NodeView revoke(
      RequestedBy by, RequestKey request, String projectId, String idOrName, String reason) {
    NodeId id = directory.resolve(projectId, idOrName).id();
    return ledger.call(
        tx -> {
          Node before = existing(tx.store(), id);
          boolean repeat = Requests.replayed(tx.store().requests(), request).isPresent();
          if (repeat || before.state() == NodeState.REVOKED) {
            return view(tx.store(), before);
          }
          // The hash of its key stays: who still holds the key learns that it was revoked.
          Node revoked = before.withState(NodeState.REVOKED);
          tx.store().nodes().update(revoked);
          revocation.settle(tx, revoked, by);
          record(tx, request, id);
          audit(tx, "node.revoke", by, revoked, new AuditDetails().add("reason", reason));
          tx.afterCommit(
              () -> {
                // Known as revoked before its session ends: it cannot come back in between.
                directory.put(revoked);
                sessions.closeRevoked(id);
              });
          return view(tx.store(), revoked);
        });
  }

  /** Tells which nodes a selector chooses now. */
  public Preview preview(String projectId, LabelSelector selector, int sampleSize) {
    List<Node> matching = directory.match(projectId, selector);
    List<Node> sample = matching.subList(0, Math.min(sampleSize, matching.size()));
    return new Preview(matching.size(), presence.countOnline(matching), views(sample));
  }

  private List<NodeView> views(List<Node> nodes) {
    return nodes.isEmpty()
        ? List.of()
        : store.read(tx -> nodes.stream().map(node -> view(tx, node)).toList());
  }

  private NodeView view(StoreTransaction tx, Node node) {
    Optional<SessionRecord> session =
        tx.nodes()
            .session(node.id())
            .map(stored -> presence.lastHeard(node.id()).map(stored::seenAt).orElse(stored));
    return new NodeView(node, session, presence.isOnline(node.id()), etag(tx, node));
  }

  private static String etag(StoreTransaction tx, Node node) {
    return Long.toString(tx.nodes().version(node.id()));
  }

  private static Node existing(StoreTransaction tx, NodeId id) {
    return tx.nodes().find(id).orElseThrow(() -> NodeDirectory.notFound(id.toString()));
  }

  private static void requireEtag(StoreTransaction tx, Node node, String etag) {
    String current = etag(tx, node);
    if (!etag.isEmpty() && !etag.equals(current)) {
      throw BusException.of(ErrorReason.ETAG_MISMATCH)
          .message("Node " + node.name() + " has changed since it was read; read it again.")
          .with("node_id", node.id())
          .with("node_name", node.name())
          .with("etag", current)
          .build();
    }
  }

  private static Labels changed(Labels before, Map<String, String> set, Collection<String> remove) {
    Map<String, String> labels = new TreeMap<>(before.asMap());
    labels.putAll(set);
    remove.forEach(labels::remove);
    return labels("set_labels", labels);
  }

  private static Labels labels(String field, Map<String, String> labels) {
    try {
      return Labels.of(labels);
    } catch (IllegalArgumentException e) {
      throw Faults.field(field, e.getMessage() + ".");
    }
  }

  private static void record(LedgerTransaction tx, RequestKey request, NodeId id) {
    if (request.isPresent()) {
      tx.store().requests().insert(request, id.toString(), tx.now());
    }
  }

  private static void audit(
      LedgerTransaction tx, String verb, RequestedBy by, Node node, AuditDetails details) {
    tx.audit(
        new AuditRecord(
            tx.now(), verb, by, node.projectId(), null, null, node.id(), "", null, details.json()));
  }
}
