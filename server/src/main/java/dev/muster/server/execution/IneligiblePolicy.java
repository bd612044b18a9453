// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

/** What becomes of nodes that fail a gate at dispatch. */
public enum IneligiblePolicy {
  /** The whole dispatch is refused. */
  FAIL,
  /** They are recorded as REJECTED with the reason; the others run. */
  SKIP
}
