// SPDX-License-Identifier: Apache-2.0

/**
 * A swarm: one process that is many nodes, each with its own key, connection and session. For operators who want to see their
 * own server under load, and for Muster's benchmarks. Start with {@link dev.muster.swarm.Swarm}; what a single node does is in
 * {@link dev.muster.swarm.node}, how a program drives a swarm in {@link dev.muster.swarm.control}, and the server that it is
 * compared with in {@link dev.muster.swarm.raw}.
 */
@NullMarked
package dev.muster.swarm;

import org.jspecify.annotations.NullMarked;
