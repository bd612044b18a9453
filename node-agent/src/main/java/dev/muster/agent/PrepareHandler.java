// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

/**
 * Describes what an action would start from. Free of side effects: operators call it to look.
 * Called on the agent's executor; interrupted when nobody waits any more.
 */
@FunctionalInterface
public interface PrepareHandler {
  /** Returns the answer. What it throws is told to the operator as "not ready". */
  Prepared prepare(PrepareContext context) throws Exception;
}
