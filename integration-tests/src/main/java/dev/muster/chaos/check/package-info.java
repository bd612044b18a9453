// SPDX-License-Identifier: Apache-2.0

/**
 * What a run of the breaker left behind, and the rules that it must keep. Pure: no process, file or
 * clock. Start with {@link dev.muster.chaos.check.Checker}.
 */
@NullMarked
package dev.muster.chaos.check;

import org.jspecify.annotations.NullMarked;
