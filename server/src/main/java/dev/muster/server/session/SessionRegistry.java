// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.ledger.Commit;
import dev.muster.server.ledger.CommitListener;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.Presence;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The live sessions of this replica, the newest of each node. Thread-safe. */
public final class SessionRegistry implements CommitListener, Presence {
  private final ConcurrentHashMap<NodeId, NodeSession> sessions = new ConcurrentHashMap<>();

  /** Returns a node's session. */
  public Optional<NodeSession> find(NodeId node) {
    return Optional.ofNullable(sessions.get(node));
  }

  /** Returns all sessions; the view is live. */
  public Collection<NodeSession> all() {
    return sessions.values();
  }

  @Override
  public boolean isOnline(NodeId node) {
    return sessions.containsKey(node);
  }

  @Override
  public Optional<Instant> lastHeard(NodeId node) {
    return find(node).map(NodeSession::lastHeard);
  }

  /** Returns how many nodes are connected. */
  public int size() {
    return sessions.size();
  }

  /**
   * Makes a session its node's newest; from here on nothing is handed to an older one, whether or
   * not that has opened yet. Called by the ledger's thread, as every hand-over is, so that none
   * falls between.
   *
   * @return the one before, which is to be ended once the new one's start is durable or has failed
   */
  Optional<NodeSession> begin(NodeSession session) {
    @Nullable NodeSession older = sessions.put(session.nodeId(), session);
    if (session.isEnded()) {
      detach(session); // Its stream ended while its start was queued.
    }
    if (older == null || older == session) {
      return Optional.empty();
    }
    older.credit().close();
    return Optional.of(older);
  }

  /** Forgets a session whose stream has ended, if it is still the node's newest. */
  void detach(NodeSession session) {
    sessions.remove(session.nodeId(), session);
  }

  /** Tells sessions what settled: by their own reports, by unary ones, or by the server. */
  @Override
  public void onCommit(Commit commit) {
    List<InvocationChange> changes = commit.changes();
    for (InvocationChange change : changes) {
      if (change.before().state().holdsSlot() && !change.after().state().holdsSlot()) {
        Invocation after = change.after();
        @Nullable NodeSession session = sessions.get(after.nodeId());
        if (session != null) {
          session.released(after);
        }
      }
    }
  }
}
