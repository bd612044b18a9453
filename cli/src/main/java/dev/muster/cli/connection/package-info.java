// SPDX-License-Identifier: Apache-2.0

/**
 * The way to the server: where it is, how it is trusted, who asks, and what is tried again. Start with {@link
 * dev.muster.cli.connection.OperatorConnection}.
 */
@NullMarked
package dev.muster.cli.connection;

import org.jspecify.annotations.NullMarked;
