// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

/** Whether a node may act. */
public enum NodeState {
  /** It connects and runs what is dispatched to it. */
  ACTIVE,
  /** It connects, and runs only actions that declare {@code allow_when_disabled}. */
  DISABLED,
  /** Its key is worth nothing any more, for good. */
  REVOKED
}
