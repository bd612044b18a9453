// SPDX-License-Identifier: Apache-2.0

/**
 * From the store to the sessions: who is handed what, and what becomes due. Start reading at {@link dev.muster.server.delivery.Courier}.
 */
@NullMarked
package dev.muster.server.delivery;

import org.jspecify.annotations.NullMarked;
