// SPDX-License-Identifier: Apache-2.0

/** Refusals as the domain speaks of them. Start with {@link dev.muster.server.error.BusException}. */
@NullMarked
package dev.muster.server.error;

import org.jspecify.annotations.NullMarked;
