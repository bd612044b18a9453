// SPDX-License-Identifier: Apache-2.0

/**
 * What runs write and does not fit into their reports, on disk until the server has it. Start with
 * {@link dev.muster.agent.output.OutputFolder}.
 */
@NullMarked
package dev.muster.agent.output;

import org.jspecify.annotations.NullMarked;
