// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.bed;

import java.util.function.DoubleSupplier;

/**
 * One of those that are measured in turns.
 *
 * @param name how it is called in what is printed
 * @param server the process whose work is counted
 * @param round does one round and returns how long it took, in ms
 * @param rest waits until nothing of the round is left to do: what comes after its end counts as
 *     its processor time, and must not fall into the other side's round
 */
public record Side(String name, ProcessFigures server, DoubleSupplier round, Runnable rest) {}
