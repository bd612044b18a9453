// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One line of an invocation's history: a transition, or evidence that changed no state.
 *
 * @param from state before; null for the first
 * @param to state after
 * @param time server time
 * @param driver who drove it
 * @param replica that committed it
 * @param epoch of the session that had a part; 0: none
 * @param reason code of why; may be empty
 * @param agentTime by the node's clock; null where it had no part
 * @param attempt which run of an idempotent action; 0 where it does not matter
 */
public record HistoryEntry(
    @Nullable InvocationState from,
    InvocationState to,
    Instant time,
    Driver driver,
    String replica,
    long epoch,
    String reason,
    @Nullable Instant agentTime,
    int attempt) {}
