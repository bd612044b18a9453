// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

/**
 * Where an execution stands.
 *
 * @param state its state
 * @param revision raised by every commit that touches it or one of its invocations
 * @param counts of its invocations
 */
public record ExecutionProgress(ExecutionState state, long revision, InvocationCounts counts) {}
