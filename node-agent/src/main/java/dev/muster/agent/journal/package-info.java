// SPDX-License-Identifier: Apache-2.0

/** What the node must not forget: one small file per invocation, and the log of spent ids. Start with {@link dev.muster.agent.journal.Journal}. */
@NullMarked
package dev.muster.agent.journal;

import org.jspecify.annotations.NullMarked;
