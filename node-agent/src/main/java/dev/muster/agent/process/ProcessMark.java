// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.process;

/**
 * Tells one process from every other, also from one that gets its number later.
 *
 * @param pid its number
 * @param startTicks when it started, in clock ticks since boot
 * @param bootId which boot of the machine
 */
public record ProcessMark(long pid, long startTicks, String bootId) {}
