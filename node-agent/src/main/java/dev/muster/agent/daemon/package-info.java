// SPDX-License-Identifier: Apache-2.0

/** The agent as a program: command line, configuration, logs. Start with {@link dev.muster.agent.daemon.AgentMain}. */
@NullMarked
package dev.muster.agent.daemon;

import org.jspecify.annotations.NullMarked;
