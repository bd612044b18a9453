// SPDX-License-Identifier: Apache-2.0

/**
 * Files that survive a crash, and the directory that one agent holds. Start with {@link dev.muster.agent.durable.DurableFiles}.
 */
@NullMarked
package dev.muster.agent.durable;

import org.jspecify.annotations.NullMarked;
