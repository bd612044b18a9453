// SPDX-License-Identifier: Apache-2.0

/**
 * Drives a program by lines: a command on standard input, its answer as one JSON object on standard output. Start with
 * {@link dev.muster.swarm.control.LineConversation}.
 */
@NullMarked
package dev.muster.swarm.control;

import org.jspecify.annotations.NullMarked;
