// SPDX-License-Identifier: Apache-2.0

/**
 * One node of a swarm: speaks the whole agent's protocol with a few fields and no thread of its own. Everything happens on
 * one event loop and nothing blocks there. Start with {@link dev.muster.swarm.node.NodeStream}, which is one session; what outlives it is
 * in {@link dev.muster.swarm.node.SwarmNode}.
 */
@NullMarked
package dev.muster.swarm.node;

import org.jspecify.annotations.NullMarked;
