// SPDX-License-Identifier: Apache-2.0

/** Runs invocations, at most once each, within the node's slots. Start with {@link dev.muster.agent.execution.InvocationRunner}. */
@NullMarked
package dev.muster.agent.execution;

import org.jspecify.annotations.NullMarked;
