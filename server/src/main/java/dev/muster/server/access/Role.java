// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.access;

/** What an operator may do; each role includes those before it. */
public enum Role {
  /** Sees everything that is no secret. */
  VIEWER,
  /** Also dispatches, cancels and labels. */
  OPERATOR,
  /** Also approves what others proposed. */
  APPROVER,
  /** Also creates and revokes nodes, tokens and operators. */
  ADMIN;

  /** Tells whether this role includes that one. */
  public boolean includes(Role other) {
    return compareTo(other) >= 0;
  }
}
