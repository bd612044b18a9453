// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.audit.AuditDetails;
import dev.muster.server.audit.AuditRecord;
import dev.muster.server.catalog.CatalogDirectory;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeDirectory;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeState;
import dev.muster.server.node.NodeStore.SessionRecord;
import dev.muster.server.node.NodeStore.SharedKey;
import dev.muster.server.session.AgentHello.JournalItem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Begins sessions inside a commit: the epoch, the node's record, and the reconcile of its journal.
 * Used by the ledger's thread only.
 */
public final class SessionStart {
  private static final int LOST_LOOKED_AT = 1_000;

  private final String replica;
  private final ServerMoves moves;
  private final SessionRegistry registry;
  private final CatalogDirectory catalogs;
  private final NodeDirectory directory;
  private final Rivals rivals = new Rivals();

  /** Makes the starts of one replica. */
  public SessionStart(
      String replica,
      ServerMoves moves,
      SessionRegistry registry,
      CatalogDirectory catalogs,
      NodeDirectory directory) {
    this.replica = replica;
    this.moves = moves;
    this.registry = registry;
    this.catalogs = catalogs;
    this.directory = directory;
  }

  /**
   * A session that began.
   *
   * @param epoch its number
   * @param confirmedBefore newest epoch that the node had confirmed until then
   * @param catalogWanted whether the server lacks the catalog
   * @param page what became of the Hello's journal
   */
  record Begun(long epoch, long confirmedBefore, boolean catalogWanted, Page page) {}

  /**
   * What became of a page of the journal.
   *
   * @param directives for the agent
   * @param waiting what waits there to be started, and is resumed once the epoch is confirmed
   * @param strays settled runs that go on and hold a slot
   * @param held what the node may hold, or keeps room for; only after the last page
   * @param surplus reservations that the node keeps for nothing; with the first page
   */
  record Page(
      List<Directive> directives,
      List<InvocationId> waiting,
      int strays,
      Map<InvocationId, Invocation> held,
      List<InvocationId> surplus) {}

  /**
   * Begins a session: fences every older one of the node, and reconciles the first page of the
   * journal.
   */
  Begun begin(LedgerTransaction tx, NodeSession session, AgentHello hello) {
    Node node = requireLive(tx, session.nodeId());
    Optional<SessionRecord> before = tx.store().nodes().session(node.id());
    Optional<SharedKey> sharedKey =
        rivals.judge(
            node,
            hello,
            session.remoteAddress(),
            before.orElse(null),
            registry.isOnline(node.id()),
            tx.now());
    long epoch = Math.max(before.map(SessionRecord::epoch).orElse(0L), hello.lastEpoch()) + 1;
    registry.begin(session).ifPresent(session::supersedes);
    tx.afterCommit(session::endSuperseded);
    long confirmed = before.map(SessionRecord::confirmedEpoch).orElse(0L);
    // Until its last page is decided, a copy stays one, though its agent has this epoch by then.
    boolean isHalfToldCopy = Reconciler.isCopied(hello, confirmed) && hello.journalContinues();
    long newest = isHalfToldCopy ? epoch + 1 : confirmed;
    tx.store()
        .nodes()
        .recordSession(node.id(), record(tx.now(), epoch, hello, session, sharedKey, newest));
    boolean catalogKnown = catalogs.find(hello.catalogDigest()).isPresent();
    describe(tx, node, hello, catalogKnown);
    tx.audit(
        new AuditRecord(
            tx.now(),
            "session.begin",
            null,
            node.projectId(),
            null,
            null,
            node.id(),
            "",
            null,
            new AuditDetails()
                .add("epoch", epoch)
                .add("remote", session.remoteAddress())
                .add("journal_items", hello.journal().size())
                .add("journal", Reconciler.isCopied(hello, confirmed) ? "COPIED" : "")
                .add("shared_key", sharedKey.map(SharedKey::addresses).orElse(""))
                .json()));
    Map<InvocationId, Invocation> disproved =
        before.isPresent() && hello.lastEpoch() < before.get().epoch()
            ? disprove(tx, node.id(), reconciler(tx, epoch, confirmed, hello))
            : Map.of();
    Page page =
        reconcile(
            tx,
            session,
            reconciler(tx, epoch, confirmed, hello),
            epoch,
            hello,
            hello.journal(),
            !hello.journalContinues(),
            disproved);
    return new Begun(epoch, confirmed, !catalogKnown, page);
  }

  /**
   * Reconciles a further page.
   *
   * @param confirmed newest epoch that the node had confirmed when the session began
   * @throws BusException SESSION_SUPERSEDED where a newer session has begun
   */
  Page continueReconcile(
      LedgerTransaction tx,
      NodeSession session,
      AgentHello hello,
      long confirmed,
      List<JournalItem> items,
      boolean last) {
    long epoch = requireNewest(tx, session);
    if (last && Reconciler.isCopied(hello, confirmed)) {
      NodeId node = session.nodeId();
      tx.store()
          .nodes()
          .session(node)
          .ifPresent(begun -> tx.store().nodes().recordSession(node, begun.confirmedBy(epoch)));
    }
    return reconcile(
        tx, session, reconciler(tx, epoch, confirmed, hello), epoch, hello, items, last, Map.of());
  }

  /**
   * Records that the agent has the session's epoch on disk, and tells what is to become of what
   * waits there to be started. From then on every older copy of its journal is seen to be one, so
   * what is resumed here is started nowhere else.
   *
   * @throws BusException SESSION_SUPERSEDED where a newer session has begun
   */
  List<Directive> resume(LedgerTransaction tx, NodeSession session, List<InvocationId> waiting) {
    long epoch = requireNewest(tx, session);
    tx.store().nodes().recordConfirmed(session.nodeId(), epoch);
    return waiting.stream()
        .flatMap(id -> tx.store().invocations().find(id).stream())
        .map(
            held ->
                new Directive(
                    held.id(),
                    held.state().isOutstanding() && !held.cancelRequested()
                        ? Directive.Verb.RESUME
                        : Directive.Verb.CANCEL))
        .toList();
  }

  private static long requireNewest(LedgerTransaction tx, NodeSession session) {
    NodeId node = session.nodeId();
    long newest = tx.store().nodes().session(node).map(SessionRecord::epoch).orElse(0L);
    if (newest != session.epoch()) {
      throw SessionFailures.superseded(node);
    }
    return newest;
  }

  private Reconciler reconciler(
      LedgerTransaction tx, long epoch, long confirmed, AgentHello hello) {
    return new Reconciler(moves, replica, epoch, confirmed, hello, tx.now());
  }

  /**
   * Where the agent's disk is older than hand-overs, they are not to be proven never received: not
   * by this session, and not by one to come, when the agent has a newer epoch. With the first page,
   * as the agent has this session's epoch from Welcome on.
   */
  private static Map<InvocationId, Invocation> disprove(
      LedgerTransaction tx, NodeId node, Reconciler reconciler) {
    Map<InvocationId, Invocation> disproved = new HashMap<>();
    Stream.concat(
            tx.store().invocations().outstanding(node).stream(),
            tx.store().invocations().lost(node, Integer.MAX_VALUE).stream())
        .flatMap(held -> reconciler.disproved(held).stream())
        .forEach(
            change -> {
              tx.change(change);
              disproved.put(change.after().id(), change.after());
            });
    return disproved;
  }

  /** Reconciles a page; after the last, decides on what no page listed. */
  private Page reconcile(
      LedgerTransaction tx,
      NodeSession session,
      Reconciler reconciler,
      long epoch,
      AgentHello hello,
      List<JournalItem> items,
      boolean last,
      Map<InvocationId, Invocation> disproved) {
    NodeId node = session.nodeId();
    // By this entry, and not in the store before it ends.
    Map<InvocationId, Invocation> changed = new HashMap<>(disproved);
    List<Directive> directives = new ArrayList<>(items.size());
    List<InvocationId> waiting = new ArrayList<>(0);
    Map<InvocationId, Invocation> outstanding = new HashMap<>();
    Map<InvocationId, Invocation> prepared = new HashMap<>(0);
    for (Invocation invocation : tx.store().invocations().holdingSlots(node)) {
      if (invocation.state().isReserved()) {
        takeOver(tx, epoch, hello, invocation, changed, prepared);
      } else {
        outstanding.put(invocation.id(), changed.getOrDefault(invocation.id(), invocation));
      }
    }
    int strays = 0;
    for (JournalItem item : items) {
      Optional<Invocation> known =
          Optional.ofNullable(outstanding.get(item.id()))
              .or(() -> Optional.ofNullable(changed.get(item.id())))
              .or(() -> tx.store().invocations().find(item.id()))
              .filter(invocation -> invocation.nodeId().equals(node));
      if (known.isEmpty()) {
        directives.add(
            new Directive(
                item.id(), item.running() ? Directive.Verb.CANCEL : Directive.Verb.FORGET));
        continue;
      }
      Reconciler.Verdict verdict = reconciler.listed(known.get(), item);
      if (verdict.change() != null) {
        tx.change(verdict.change());
      }
      if (verdict.verb() == Directive.Verb.RESUME && item.isUnstarted()) {
        waiting.add(item.id());
        directives.add(new Directive(item.id(), Directive.Verb.REPORT)); // Not started by that.
      } else {
        directives.add(new Directive(item.id(), verdict.verb()));
      }
      Invocation after = verdict.after(known.get());
      changed.put(after.id(), after);
      keep(outstanding, after);
      strays += after.state().isSettled() && item.running() ? 1 : 0;
    }
    if (last) {
      absent(tx, node, epoch, reconciler, outstanding, changed);
      lookForBacklog(tx, session, changed);
    }
    List<InvocationId> surplus =
        hello.reservations().stream().filter(id -> !prepared.containsKey(id)).toList();
    prepared.putAll(outstanding);
    return new Page(directives, waiting, strays, last ? prepared : Map.of(), surplus);
  }

  private void takeOver(
      LedgerTransaction tx,
      long epoch,
      AgentHello hello,
      Invocation reserved,
      Map<InvocationId, Invocation> changed,
      Map<InvocationId, Invocation> prepared) {
    Optional<InvocationChange> change =
        Reservations.judge(reserved, moves, epoch, hello.reservations(), tx.now());
    change.ifPresent(tx::change);
    Invocation after = change.map(InvocationChange::after).orElse(reserved);
    changed.put(after.id(), after);
    if (after.state() == InvocationState.PREPARED) {
      prepared.put(after.id(), after);
    }
  }

  private static void absent(
      LedgerTransaction tx,
      NodeId node,
      long epoch,
      Reconciler reconciler,
      Map<InvocationId, Invocation> outstanding,
      Map<InvocationId, Invocation> changed) {
    for (Invocation held : List.copyOf(outstanding.values())) {
      if (held.epoch() < epoch) { // What a page listed was stamped with this epoch.
        Optional<InvocationChange> change = reconciler.absent(held);
        change.ifPresent(tx::change);
        Invocation after = change.map(InvocationChange::after).orElse(held);
        changed.put(after.id(), after);
        keep(outstanding, after);
      }
    }
    for (Invocation stored : tx.store().invocations().lost(node, LOST_LOOKED_AT)) {
      Invocation lost = changed.getOrDefault(stored.id(), stored);
      if (lost.state() == InvocationState.LOST && lost.epoch() < epoch) {
        reconciler.absentLost(lost).ifPresent(tx::change);
      }
    }
  }

  /**
   * Most nodes come back to nothing: knowing that here spares each of them a commit of the courier.
   * What comes to wait from here on is written by this thread, which notes it.
   */
  private static void lookForBacklog(
      LedgerTransaction tx, NodeSession session, Map<InvocationId, Invocation> changed) {
    boolean waitsAgain =
        changed.values().stream()
            .map(Invocation::state)
            .anyMatch(state -> state == InvocationState.PENDING || state.isReserved());
    if (!waitsAgain && tx.store().invocations().waiting(session.nodeId(), 1).isEmpty()) {
      session.noBacklog();
    }
  }

  private static void keep(Map<InvocationId, Invocation> outstanding, Invocation after) {
    if (after.state().isOutstanding()) {
      outstanding.put(after.id(), after);
    } else {
      outstanding.remove(after.id());
    }
  }

  private static Node requireLive(LedgerTransaction tx, NodeId id) {
    Node node =
        tx.store()
            .nodes()
            .find(id)
            .orElseThrow(
                () ->
                    BusException.of(ErrorReason.NSK_INVALID)
                        .message("The key's node is gone.")
                        .with("node_id", id)
                        .build());
    if (node.state() == NodeState.REVOKED) {
      throw BusException.of(ErrorReason.NSK_REVOKED)
          .message("Node " + node.name() + " was revoked.")
          .with("node_id", id)
          .build();
    }
    return node;
  }

  private static SessionRecord record(
      Instant now,
      long epoch,
      AgentHello hello,
      NodeSession session,
      Optional<SharedKey> sharedKey,
      long confirmed) {
    long skew = hello.agentTime() == null ? 0 : Duration.between(now, hello.agentTime()).toMillis();
    return new SessionRecord(
        epoch,
        hello.journalId(),
        hello.instanceId(),
        hello.agentVersion(),
        hello.slots(),
        hello.facts(),
        session.remoteAddress(),
        skew,
        now,
        now,
        sharedKey,
        confirmed);
  }

  private void describe(LedgerTransaction tx, Node node, AgentHello hello, boolean catalogKnown) {
    Node described = node.withMachineId(hello.machineId());
    if (catalogKnown) {
      described = described.withCatalogDigest(hello.catalogDigest());
    }
    if (!described.equals(node)) {
      Node updated = described;
      tx.store().nodes().update(updated);
      tx.afterCommit(() -> directory.put(updated));
    }
  }
}
