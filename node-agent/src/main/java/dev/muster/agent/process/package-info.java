// SPDX-License-Identifier: Apache-2.0

/**
 * The processes of a run: how they are marked, found again and ended. Start with {@link dev.muster.agent.process.ProcessTree}.
 */
@NullMarked
package dev.muster.agent.process;

import org.jspecify.annotations.NullMarked;
