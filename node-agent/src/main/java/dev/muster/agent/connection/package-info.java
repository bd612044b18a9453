// SPDX-License-Identifier: Apache-2.0

/** The session with the server, and what opens it again. Start with {@link dev.muster.agent.connection.ConnectionLoop}. */
@NullMarked
package dev.muster.agent.connection;

import org.jspecify.annotations.NullMarked;
