// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import dev.muster.wire.Sha256;
import java.time.Instant;

/**
 * One agent's identity. A server holds all of them in memory, so it bears no more than what
 * dispatching asks for; what dies with a stream is in the session.
 *
 * @param id identity, for good
 * @param projectId project that it belongs to
 * @param name name, unique in the project
 * @param labels what selectors choose by; set by operators and join tokens only
 * @param state whether it may act
 * @param catalogDigest digest of the catalog it announced last; that of the empty catalog before
 *     the first
 * @param createTime when it was made
 * @param machineId what groups the nodes of one machine; may be empty
 */
public record Node(
    NodeId id,
    String projectId,
    NodeName name,
    Labels labels,
    NodeState state,
    Sha256 catalogDigest,
    Instant createTime,
    String machineId) {

  /** Returns this node with other labels. */
  public Node withLabels(Labels labels) {
    return new Node(id, projectId, name, labels, state, catalogDigest, createTime, machineId);
  }

  /** Returns this node in another state. */
  public Node withState(NodeState state) {
    return new Node(id, projectId, name, labels, state, catalogDigest, createTime, machineId);
  }

  /** Returns this node with another catalog. */
  public Node withCatalogDigest(Sha256 catalogDigest) {
    return new Node(id, projectId, name, labels, state, catalogDigest, createTime, machineId);
  }

  /** Returns this node on another machine. */
  public Node withMachineId(String machineId) {
    return new Node(id, projectId, name, labels, state, catalogDigest, createTime, machineId);
  }
}
