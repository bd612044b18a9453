// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

/**
 * The steps that a node has reported of an invocation since it was last PENDING, as a set of
 * states. What is in it is a repeat when it comes again.
 *
 * @param bits one bit per state; above them, the run of an idempotent action
 */
public record Steps(int bits) {
  private static final int ATTEMPT_SHIFT = 16;
  private static final int STATES = (1 << ATTEMPT_SHIFT) - 1;
  private static final int MAX_ATTEMPT = 0x7fff;

  /** No step yet. */
  public static final Steps NONE = new Steps(0);

  /** Returns whether the node has reported this state. */
  public boolean contains(InvocationState state) {
    return (bits & state.bit()) != 0;
  }

  /** Returns this set with one more. */
  public Steps with(InvocationState state) {
    return contains(state) ? this : new Steps(bits | state.bit());
  }

  /**
   * Returns whether the node has reported what it could not without having received the EXECUTE.
   */
  public boolean proveReceipt() {
    return (bits & ~InvocationState.PREPARED.bit()) != 0;
  }

  /** Returns which run of an idempotent action was last reported; 0 or 1: the first. */
  public int attempt() {
    return bits >>> ATTEMPT_SHIFT;
  }

  /** Returns this set with the run of an idempotent action. */
  Steps atAttempt(int attempt) {
    return new Steps((bits & STATES) | Math.min(attempt, MAX_ATTEMPT) << ATTEMPT_SHIFT);
  }
}
