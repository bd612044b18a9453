// SPDX-License-Identifier: Apache-2.0

/** Tests of conversations by lines. Start with {@link dev.muster.swarm.control.LineConversationTest}. */
@NullMarked
package dev.muster.swarm.control;

import org.jspecify.annotations.NullMarked;
