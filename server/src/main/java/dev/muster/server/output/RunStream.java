// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.output;

/** One of the two streams that a run writes. */
public enum RunStream {
  /** Standard output. */
  STDOUT,
  /** Standard error. */
  STDERR
}
