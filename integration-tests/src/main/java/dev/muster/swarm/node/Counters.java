// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

/** What the nodes of a swarm have done so far. Confined to the event loop. */
public final class Counters {
  long executes;
  long repeats;
  long callbacks;
  long acknowledged;
  long prepares;
  long refusals;
  long disconnects;
  long attempts;

  /**
   * What was counted.
   *
   * @param executes EXECUTEs that were taken and run, or refused for good
   * @param repeats EXECUTEs that were known already and did not run
   * @param callbacks callbacks sent
   * @param acknowledged invocations whose final report the server has acknowledged
   * @param prepares PREPAREs answered
   * @param refusals what the server refused: streams, callbacks and other messages
   * @param disconnects sessions that stood and have ended
   * @param attempts connections that were begun
   */
  public record Seen(
      long executes,
      long repeats,
      long callbacks,
      long acknowledged,
      long prepares,
      long refusals,
      long disconnects,
      long attempts) {}

  /** Returns what was counted so far. */
  public Seen seen() {
    return new Seen(
        executes, repeats, callbacks, acknowledged, prepares, refusals, disconnects, attempts);
  }
}
