// SPDX-License-Identifier: Apache-2.0

/**
 * Following executions: a snapshot, then each change in order, with cursors to go on from. Start reading at {@link
 * dev.muster.server.watch.ExecutionWatches}, then {@link dev.muster.server.watch.Watch}.
 */
@NullMarked
package dev.muster.server.watch;

import org.jspecify.annotations.NullMarked;
