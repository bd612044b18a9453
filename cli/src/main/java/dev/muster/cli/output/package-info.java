// SPDX-License-Identifier: Apache-2.0

/**
 * What the operator sees: tables and JSON. Everything that came from a node goes through {@link dev.muster.cli.output.SafeText}, so
 * that it cannot drive the terminal. Start with {@link dev.muster.cli.output.Terminal}.
 */
@NullMarked
package dev.muster.cli.output;

import org.jspecify.annotations.NullMarked;
