// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.journal;

import java.util.List;

/**
 * What the journal holds when a stream begins. From then on, writes that come from older streams
 * are refused.
 *
 * @param generation number of the new stream, to be quoted with its writes
 * @param lastEpoch newest epoch on disk; 0: none
 * @param entries all entries, oldest first
 */
public record JournalSnapshot(long generation, long lastEpoch, List<JournalEntry> entries) {}
