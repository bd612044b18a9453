// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

/** How much a watch tells. */
public enum WatchDetail {
  /** Every invocation, and the execution. */
  INVOCATIONS,
  /** The execution alone: its state and its counts. */
  EXECUTION
}
