// SPDX-License-Identifier: Apache-2.0

/**
 * Executions and invocations as the operator sees them: nothing is folded, and what nobody knows is said. Start with {@link
 * dev.muster.cli.execution.CohortTable}.
 */
@NullMarked
package dev.muster.cli.execution;

import org.jspecify.annotations.NullMarked;
