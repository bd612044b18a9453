// SPDX-License-Identifier: Apache-2.0

/** Tests of the swarm. Start with {@link dev.muster.swarm.SwarmIT}. */
@NullMarked
package dev.muster.swarm;

import org.jspecify.annotations.NullMarked;
