// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

import java.util.Set;

/** What becomes of a whole report. */
public sealed interface StepsDecision {
  /** At least one step was new; all new ones are legal. */
  record Apply(InvocationChange change) implements StepsDecision {}

  /** Every step was in the history. */
  record Repeat(InvocationState state) implements StepsDecision {}

  /** A new step is illegal: none applies. */
  record Refuse(InvocationState state, InvocationState reported, Set<InvocationState> legalFrom)
      implements StepsDecision {}
}
