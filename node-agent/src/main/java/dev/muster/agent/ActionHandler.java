// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

/** Carries an action out. Called on the agent's executor, several at once. */
@FunctionalInterface
public interface ActionHandler {
  /**
   * Runs the action. What it returns is reported, even after a cancel; after the run timeout it is
   * reported as timed out. What it throws is reported as failed, or as cancelled where the run was
   * told to stop.
   *
   * @param input valid against the action's schema
   */
  Result execute(Input input, ActionContext context) throws Exception;
}
