// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

/** Whether and how nodes get ready before they execute. */
public enum PrepareMode {
  /** EXECUTE goes out without a PREPARE. */
  NONE,
  /** Each node executes once it is PREPARED. */
  EACH,
  /** Nodes execute only when the quorum stands; otherwise nothing runs anywhere. */
  BARRIER
}
