// SPDX-License-Identifier: Apache-2.0

/**
 * Reading what runs wrote, or write. Start at {@link dev.muster.server.tail.OutputReadings}.
 */
@NullMarked
package dev.muster.server.tail;

import org.jspecify.annotations.NullMarked;
