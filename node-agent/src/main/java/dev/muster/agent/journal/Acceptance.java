// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.journal;

/** What became of an attempt to write a new invocation down. */
public enum Acceptance {
  /** It is on disk. */
  ACCEPTED,
  /** It was there already. */
  KNOWN,
  /** It is over here and must never run again. */
  SPENT,
  /** There is no room for more. */
  FULL,
  /** It came from a stream that a newer one has replaced. */
  STALE
}
