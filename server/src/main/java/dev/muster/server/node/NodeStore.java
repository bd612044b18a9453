// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Nodes and their sessions in the store, inside one transaction. Not thread-safe. */
public interface NodeStore {
  /** Adds a node. The caller has made sure that its name is free. */
  void insert(Node node, Map<String, String> facts, String machineFingerprint);

  /** Writes labels, state, catalog digest and machine of a node and raises its version. */
  void update(Node node);

  /** Returns one. */
  Optional<Node> find(NodeId id);

  /** Returns the one of this name. */
  Optional<Node> findByName(String projectId, String name);

  /** Hands every node to the consumer, in no order. */
  void forEach(Consumer<Node> consumer);

  /** Returns a version that changes with every {@link #update}. */
  long version(NodeId id);

  /** Returns what is known of a node's newest session; empty: it never connected. */
  Optional<SessionRecord> session(NodeId id);

  /** Records that a session of a node began: replaces what was known of the one before. */
  void recordSession(NodeId id, SessionRecord session);

  /** Records when nodes were last heard of, and which epoch they have on disk. */
  void recordSeen(List<Seen> seen);

  /** Records that a node has this epoch on disk; an older one changes nothing. */
  void recordConfirmed(NodeId id, long epoch);

  /**
   * A node's newest session.
   *
   * @param epoch its number: only grows
   * @param journalId of the agent
   * @param instanceId of the agent's start
   * @param agentVersion of the agent
   * @param slots runs at once
   * @param facts what the node says of itself
   * @param remoteAddress where it connects from
   * @param clockSkewMillis how far its clock is ahead
   * @param connectTime when it began
   * @param lastSeenTime when it was last heard of
   * @param sharedKey when two agents were last seen to run with the node's key; empty: never
   * @param confirmedEpoch newest epoch that the agent is known to have had on disk; 0: none
   */
  @SuppressWarnings("ArrayRecordComponent") // Opaque ids of the agent.
  record SessionRecord(
      long epoch,
      byte[] journalId,
      byte[] instanceId,
      String agentVersion,
      int slots,
      Map<String, String> facts,
      String remoteAddress,
      long clockSkewMillis,
      Instant connectTime,
      Instant lastSeenTime,
      Optional<SharedKey> sharedKey,
      long confirmedEpoch) {
    /** Copies the facts. */
    public SessionRecord {
      facts = Map.copyOf(facts);
    }

    /** Returns this session, last heard of later. */
    public SessionRecord seenAt(Instant time) {
      return new SessionRecord(
          epoch,
          journalId,
          instanceId,
          agentVersion,
          slots,
          facts,
          remoteAddress,
          clockSkewMillis,
          connectTime,
          time,
          sharedKey,
          confirmedEpoch);
    }

    /** Returns this session, with another confirmed epoch. */
    public SessionRecord confirmedBy(long newest) {
      return new SessionRecord(
          epoch,
          journalId,
          instanceId,
          agentVersion,
          slots,
          facts,
          remoteAddress,
          clockSkewMillis,
          connectTime,
          lastSeenTime,
          sharedKey,
          newest);
    }
  }

  /**
   * Two agents that run with one key.
   *
   * @param time when they were last seen to
   * @param addresses where they connected from
   */
  record SharedKey(Instant time, String addresses) {}

  /**
   * When a node was last heard of.
   *
   * @param id the node
   * @param time when
   * @param confirmedEpoch that its agent has on disk; 0: not known
   */
  record Seen(NodeId id, Instant time, long confirmedEpoch) {}
}
