// SPDX-License-Identifier: Apache-2.0

/** What went wrong, told so that the operator knows what to do next. Start with {@link dev.muster.cli.error.Failure}. */
@NullMarked
package dev.muster.cli.error;

import org.jspecify.annotations.NullMarked;
