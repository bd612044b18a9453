// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

/** What becomes of nodes that are offline at dispatch. */
public enum OfflinePolicy {
  /** They wait, up to {@code start_within}. */
  QUEUE,
  /** They are left out of the cohort, listed and counted. */
  SKIP
}
