// SPDX-License-Identifier: Apache-2.0

/**
 * One execution on one node: its states, the closed table of its moves, and what is known of it. Pure: no clock, thread,
 * socket or database. Start reading at {@link dev.muster.server.invocation.InvocationTransitions}.
 */
@NullMarked
package dev.muster.server.invocation;

import org.jspecify.annotations.NullMarked;
