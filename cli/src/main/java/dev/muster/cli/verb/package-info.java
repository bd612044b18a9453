// SPDX-License-Identifier: Apache-2.0

/** What an operator can say: one class per verb. Start with {@link dev.muster.cli.verb.RunVerb}. */
@NullMarked
package dev.muster.cli.verb;

import org.jspecify.annotations.NullMarked;
