// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.muster.server.catalog.Catalog;
import dev.muster.server.catalog.CatalogDirectory;
import dev.muster.server.credential.KeyedHash;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.execution.Surface;
import dev.muster.server.jdbc.TestStore;
import dev.muster.server.ledger.CommitListener;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.request.RequestKey;
import dev.muster.wire.Sha256;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The parts that use cases of nodes and operators stand on, over a real store: a fresh one for each
 * test.
 */
@SuppressWarnings("NullAway.Init") // Set before each test.
public final class TestBus implements BeforeEachCallback, AfterEachCallback, Presence {
  /** Where the clock of each test begins. */
  public static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

  public static final String PROJECT = "default";
  public static final Supplier<UUID> IDS = UuidCreator::getTimeOrderedEpochPlus1;
  public static final RequestedBy ALICE =
      new RequestedBy("11111111-1111-1111-1111-111111111111", "alice", Surface.GRPC, "c-1");

  private final List<CommitListener> listeners = new ArrayList<>();
  private final Set<NodeId> online = ConcurrentHashMap.newKeySet();
  private volatile Instant now = START; // written by the test

  public final InstantSource clock = () -> now;
  public final SecureRandom random = new SecureRandom();
  public final KeyedHash keyedHash = KeyedHash.of(new byte[KeyedHash.BYTES]);
  public TestStore store;
  public Ledger ledger;
  public NodeDirectory nodes;
  public NodeKeyring keyring;
  public CatalogDirectory catalogs;

  /** Tells a listener of commits; called before the test begins. */
  public void listen(CommitListener listener) {
    listeners.add(listener);
  }

  /** Sets what the clock shows. */
  public void setTime(Instant time) {
    now = time;
  }

  /** Makes nodes look connected. */
  public void connect(Node node) {
    online.add(node.id());
  }

  @Override
  public boolean isOnline(NodeId node) {
    return online.contains(node);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    store = TestStore.open();
    now = START;
    online.clear();
    load();
  }

  /** As a server that starts again does. */
  public void restart() {
    ledger.close();
    store.reopen();
    load();
  }

  private void load() {
    nodes = NodeDirectory.load(store);
    keyring = NodeKeyring.load(store, keyedHash, nodes);
    catalogs = CatalogDirectory.load(store);
    ledger = new Ledger(store, clock, listeners);
    ledger.start();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    ledger.close();
    store.close();
    listeners.clear();
  }

  /** Has a node announce a catalog. */
  public void announce(Node node, Catalog catalog) {
    var unused =
        ledger.call(
            tx -> {
              Node after =
                  tx.store()
                      .nodes()
                      .find(node.id())
                      .orElseThrow()
                      .withCatalogDigest(catalog.digest());
              tx.store().catalogs().put(catalog);
              tx.store().nodes().update(after);
              tx.afterCommit(
                  () -> {
                    catalogs.add(catalog);
                    nodes.put(after);
                  });
              return true;
            });
  }

  /** Returns the verbs of the audit log; a denied one with its reason behind a colon. */
  public List<String> auditedVerbs() {
    return store.read(
        tx ->
            tx.audit().after(0, 1_000).stream()
                .map(
                    numbered ->
                        numbered.record().denied() == null
                            ? numbered.record().verb()
                            : numbered.record().verb() + ":" + numbered.record().denied())
                .toList());
  }

  /** Returns the key of a request that is not to be recognised. */
  public static RequestKey once(String method) {
    return request(method, "", "");
  }

  /** Returns the key of a request. */
  public static RequestKey request(String method, String requestId, String body) {
    return new RequestKey(
        ALICE.operatorId(),
        PROJECT,
        method,
        requestId,
        Sha256.hash(body.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }
}
