// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.catalog;

/** Carries an action out. Thread-safe: several runs may go on at once. */
public interface ActionBody {
  /**
   * Runs on a thread of its own until the action is over and nothing of it runs any more. When the
   * run is told to stop, the thread is interrupted. What this throws counts as a failure, or as
   * stopped if that was asked.
   */
  Outcome run(Run run) throws Exception;

  /** Where it runs. */
  Place place();

  /** The threads that a body may run on. */
  enum Place {
    /** Those of the embedding daemon. */
    EMBEDDER,
    /** The agent's own. */
    AGENT
  }
}
