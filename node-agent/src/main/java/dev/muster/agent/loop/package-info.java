// SPDX-License-Identifier: Apache-2.0

/** The agent's one thread, its timers and its clocks, from one hand. Start with {@link dev.muster.agent.loop.Loop}. */
@NullMarked
package dev.muster.agent.loop;

import org.jspecify.annotations.NullMarked;
