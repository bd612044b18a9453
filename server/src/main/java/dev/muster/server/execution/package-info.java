// SPDX-License-Identifier: Apache-2.0

/**
 * One dispatch of one action to a cohort: its states, its counts. Start reading at {@link
 * dev.muster.server.execution.ExecutionTransitions}.
 */
@NullMarked
package dev.muster.server.execution;

import org.jspecify.annotations.NullMarked;
