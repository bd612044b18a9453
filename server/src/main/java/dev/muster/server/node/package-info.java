// SPDX-License-Identifier: Apache-2.0

/**
 * Nodes: what they are called, which labels they bear, and how a selector chooses among them. Start with {@link
 * dev.muster.server.node.Node} and {@link dev.muster.server.node.LabelSelector}.
 */
@NullMarked
package dev.muster.server.node;

import org.jspecify.annotations.NullMarked;
