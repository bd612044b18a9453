// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import picocli.CommandLine.Option;

/** The option that says why. */
public final class Reason {
  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Why, for the audit log.")
  private String reason = "";

  /** Returns why, in the operator's words; empty where none were given. */
  public String text() {
    return reason;
  }
}
