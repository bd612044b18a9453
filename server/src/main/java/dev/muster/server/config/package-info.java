// SPDX-License-Identifier: Apache-2.0

/** The server's settings, read once at start. Start with {@link dev.muster.server.config.ServerConfig}. */
@NullMarked
package dev.muster.server.config;

import org.jspecify.annotations.NullMarked;
