// SPDX-License-Identifier: Apache-2.0

/**
 * {@code muster chaos}: the breaker. One server and several agents as real processes, operators that
 * dispatch and cancel, and faults at seeded random moments; in the end {@link
 * dev.muster.chaos.check.Checker} compares what the server says with what the hooks wrote down
 * themselves. Start with {@link dev.muster.chaos.Chaos}.
 */
@NullMarked
package dev.muster.chaos;

import org.jspecify.annotations.NullMarked;
