// SPDX-License-Identifier: Apache-2.0

/** What the operator types, made into what the server takes. Start with {@link dev.muster.cli.input.InputArguments}. */
@NullMarked
package dev.muster.cli.input;

import org.jspecify.annotations.NullMarked;
