// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.invocation.InvocationId;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.node.NodeId;
import dev.muster.server.report.ReportService;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What every session of a replica shares.
 *
 * @param replica this replica
 * @param ledger where its decisions become durable
 * @param start how sessions begin
 * @param registry the live sessions
 * @param reports reports that are decided inside a commit
 * @param catalogs where catalogs are taken
 * @param handOvers who hands over what waits
 * @param pace how long acknowledgements may wait
 * @param clock the server's time
 * @param timer for what is tried again
 * @param heartbeatInterval how often each side gives a sign of life
 * @param missedHeartbeats how many missed ones end a session
 * @param tails who follows what runs write
 */
public record SessionServices(
    String replica,
    Ledger ledger,
    SessionStart start,
    SessionRegistry registry,
    ReportService reports,
    CatalogIntake catalogs,
    HandOvers handOvers,
    AcknowledgementPace pace,
    InstantSource clock,
    ScheduledExecutorService timer,
    Duration heartbeatInterval,
    int missedHeartbeats,
    Tails tails) {
  /** Those who follow what runs write while it is written. */
  public interface Tails {
    /** Returns whether somebody follows an invocation. */
    boolean isWatched(InvocationId id);

    /**
     * A node's run has written this; must not block. What nobody follows is dropped.
     *
     * @param offset position of the first byte in all that the stream wrote
     */
    void written(NodeId node, InvocationId id, boolean stderr, long offset, byte[] data);

    /** Nobody follows anything. */
    Tails NONE =
        new Tails() {
          @Override
          public boolean isWatched(InvocationId id) {
            return false;
          }

          @Override
          public void written(
              NodeId node, InvocationId id, boolean stderr, long offset, byte[] data) {}
        };
  }

  /** Hands over what waits in the store. */
  @FunctionalInterface
  public interface HandOvers {
    /**
     * Asks for what waits for this session's node, as far as its credit goes. Asking twice is
     * harmless.
     */
    void request(NodeSession session);
  }
}
