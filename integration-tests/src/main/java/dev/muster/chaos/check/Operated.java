// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import dev.muster.proto.operator.v1.Execution;
import java.time.Instant;

/**
 * What an operator did about an execution that was dispatched, and was answered.
 *
 * @param verb what
 * @param from when it was first asked for
 * @param to when the answer came
 * @param execution the answer
 */
public record Operated(Verb verb, Instant from, Instant to, Execution execution) {
  /** What can be done. */
  public enum Verb {
    /** It was looked at. */
    LOOKED,
    /** It was paused. */
    PAUSED,
    /** It was resumed. */
    RESUMED
  }
}
