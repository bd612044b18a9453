// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.process;

/** The names of what a run's processes find in their environment, and are found by. */
public final class RunEnvironment {
  /** Unguessable, one for each run; inherited by everything that the run starts. */
  public static final String RUN_ID = "MUSTER_RUN_ID";

  /** Id of the invocation. */
  public static final String INVOCATION_ID = "MUSTER_INVOCATION_ID";

  private RunEnvironment() {}
}
