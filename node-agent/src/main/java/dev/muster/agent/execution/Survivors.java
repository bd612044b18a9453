// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.process.RunTrace;
import java.util.List;

/** Ends what is left of runs of an earlier life of the agent. */
@FunctionalInterface
public interface Survivors {
  /** Ends them, and returns whether none is left. */
  boolean end(List<RunTrace> traces);
}
