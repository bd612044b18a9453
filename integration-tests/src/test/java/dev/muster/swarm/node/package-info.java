// SPDX-License-Identifier: Apache-2.0

/** Tests of a swarm's nodes. Start with {@link dev.muster.swarm.node.SwarmNodeTest}. */
@NullMarked
package dev.muster.swarm.node;

import org.jspecify.annotations.NullMarked;
