// SPDX-License-Identifier: Apache-2.0

/** Meters and their exporter, in Prometheus' text format. Start reading at {@link dev.muster.server.metrics.ServerMetrics}. */
@NullMarked
package dev.muster.server.metrics;

import org.jspecify.annotations.NullMarked;
