// SPDX-License-Identifier: Apache-2.0

/** The actions that come with the agent, one class each. Start with {@link dev.muster.agent.builtin.Builtins}. */
@NullMarked
package dev.muster.agent.builtin;

import org.jspecify.annotations.NullMarked;
