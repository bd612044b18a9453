// SPDX-License-Identifier: Apache-2.0

/** Reports of nodes that are decided inside a commit. Start reading at {@link dev.muster.server.report.ReportService}. */
@NullMarked
package dev.muster.server.report;

import org.jspecify.annotations.NullMarked;
