// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import java.time.Duration;

/**
 * What a run of the breaker is to do.
 *
 * @param seed where chance begins
 * @param faults how long faults go on
 * @param nodes how many agents
 * @param loseWrites whether the server's log is torn at each kill
 * @param keep whether the evidence is kept also when all went well
 */
public record ChaosPlan(long seed, Duration faults, int nodes, boolean loseWrites, boolean keep) {}
