// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

/** How much harm an action can do. Operators must confirm a dispatch of what is HIGH or above. */
public enum Danger {
  /** Reads, or changes nothing that matters. */
  LOW,
  /** Changes something that is easily mended. */
  MEDIUM,
  /** May take a service down. */
  HIGH,
  /** May lose data or the machine. */
  CRITICAL
}
