// SPDX-License-Identifier: Apache-2.0

/** Figures, and how they are shown. Start with {@link dev.muster.bench.report.Result} and {@link dev.muster.bench.report.Report}. */
@NullMarked
package dev.muster.bench.report;

import org.jspecify.annotations.NullMarked;
