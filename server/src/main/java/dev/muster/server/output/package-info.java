// SPDX-License-Identifier: Apache-2.0

/**
 * The output store: what runs wrote and does not fit into a report, in files beside the database.
 * Start reading at {@link dev.muster.server.output.OutputUploads}.
 */
@NullMarked
package dev.muster.server.output;

import org.jspecify.annotations.NullMarked;
