// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import dev.muster.server.node.NodeId;

/**
 * A node of a cohort that failed a gate, and is recorded as REJECTED.
 *
 * @param nodeId which
 * @param reason word of the catalogue of errors
 * @param message sentence for people
 */
public record IneligibleNode(NodeId nodeId, String reason, String message) {}
