// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import dev.muster.server.node.NodeStore.SessionRecord;
import java.util.Optional;

/**
 * A node as operators see it.
 *
 * @param node the node
 * @param session its newest session; empty: it never connected
 * @param online whether that session lives
 * @param etag changes with every change of the node's record
 */
public record NodeView(Node node, Optional<SessionRecord> session, boolean online, String etag) {}
