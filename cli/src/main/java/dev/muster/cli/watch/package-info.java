// SPDX-License-Identifier: Apache-2.0

/**
 * Follows an execution to its end, through lost connections, and lets go of it on Ctrl-C. Start with {@link
 * dev.muster.cli.watch.Follower}.
 */
@NullMarked
package dev.muster.cli.watch;

import org.jspecify.annotations.NullMarked;
