// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import java.time.Instant;

/**
 * A session, as the agent told of it.
 *
 * @param node whose
 * @param epoch its number
 * @param from when it began
 * @param to when it ended, as far as the agent knew
 */
public record Presence(String node, long epoch, Instant from, Instant to) {}
