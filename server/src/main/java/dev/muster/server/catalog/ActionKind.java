// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

/** What carries an action out. */
public enum ActionKind {
  /** Comes with the agent. */
  BUILTIN,
  /** An executable in the agent's hook directory. */
  HOOK,
  /** Code of the daemon that embeds the agent. */
  HANDLER
}
