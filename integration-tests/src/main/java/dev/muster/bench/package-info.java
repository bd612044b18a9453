// SPDX-License-Identifier: Apache-2.0

/**
 * {@code muster bench}: measures a server of its own, always beside the limit: a raw gRPC echo with
 * the same messages, the same swarm and the same machine, in turns within one run. A {@link
 * dev.muster.bench.scenario.Scenario} measures one thing on a {@link dev.muster.bench.bed.Bed} of processes and
 * gives {@link dev.muster.bench.report.Result}s, which the reports show. Start with {@link
 * dev.muster.bench.BenchMain}.
 */
@NullMarked
package dev.muster.bench;

import org.jspecify.annotations.NullMarked;
