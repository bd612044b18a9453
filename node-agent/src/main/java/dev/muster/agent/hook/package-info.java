// SPDX-License-Identifier: Apache-2.0

/** Actions that are executables in a directory, and the processes they become. Start with {@link dev.muster.agent.hook.HookDirectory}. */
@NullMarked
package dev.muster.agent.hook;

import org.jspecify.annotations.NullMarked;
