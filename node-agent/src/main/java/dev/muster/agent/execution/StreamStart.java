// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import com.google.protobuf.ByteString;
import dev.muster.proto.agent.v1.JournalEntry;
import dev.muster.proto.agent.v1.Reservation;
import java.util.List;

/**
 * What a new stream opens with.
 *
 * @param generation number of the stream, to be quoted with what comes from it
 * @param journalId id of the journal
 * @param lastEpoch newest epoch on disk
 * @param journal all entries, oldest first
 * @param reservations reservations that have not lapsed
 */
public record StreamStart(
    long generation,
    ByteString journalId,
    long lastEpoch,
    List<JournalEntry> journal,
    List<Reservation> reservations) {}
