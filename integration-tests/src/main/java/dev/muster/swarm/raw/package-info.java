// SPDX-License-Identifier: Apache-2.0

/**
 * What gRPC itself can do: the same connections and messages without Muster behind them. Start with
 * {@link dev.muster.swarm.raw.RawEchoServer}; the nodes are those of the swarm.
 */
@NullMarked
package dev.muster.swarm.raw;

import org.jspecify.annotations.NullMarked;
