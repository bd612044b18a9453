// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.dispatch;

import dev.muster.server.access.Role;
import dev.muster.server.execution.IneligiblePolicy;
import dev.muster.server.execution.OfflinePolicy;
import dev.muster.server.execution.PreparePolicy;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.execution.RolloutPolicy;
import dev.muster.server.request.RequestKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What an operator wants to be done, before any of it is checked. Exactly one of {@code nodeIds}
 * and {@code selector} names the target.
 *
 * @param requestedBy who asks
 * @param role what they may do in the project
 * @param requestKey by which a repeat is recognised
 * @param projectId of which project
 * @param nodeIds ids or names; empty: the selector names the target
 * @param selector label selector; empty: the nodes do
 * @param action name of the action
 * @param inputJson UTF-8 JSON text; empty: an empty object
 * @param confirmed whether the danger was understood
 * @param offline what becomes of offline nodes
 * @param startWithin how long an invocation may wait; empty: the default
 * @param runTimeout how long a run may take; empty: the action's own
 * @param expireTime end of the execution; empty: the default
 * @param prepare how nodes get ready
 * @param prepareToken of a prepare; empty: none
 * @param reason why, in the operator's words
 * @param rollout in what portions it goes out
 * @param ineligible what becomes of nodes that fail a gate
 */
@SuppressWarnings("ArrayRecordComponent") // Opaque bytes, passed through; never compared.
public record DispatchCommand(
    RequestedBy requestedBy,
    Role role,
    RequestKey requestKey,
    String projectId,
    List<String> nodeIds,
    String selector,
    String action,
    byte[] inputJson,
    boolean confirmed,
    OfflinePolicy offline,
    Optional<Duration> startWithin,
    Optional<Duration> runTimeout,
    Optional<Instant> expireTime,
    PreparePolicy prepare,
    String prepareToken,
    String reason,
    RolloutPolicy rollout,
    IneligiblePolicy ineligible) {
  /** Copies the ids. */
  public DispatchCommand {
    nodeIds = List.copyOf(nodeIds);
  }
}
