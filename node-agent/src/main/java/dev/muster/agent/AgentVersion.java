// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

import java.util.Objects;

/** The version of this agent. */
public final class AgentVersion {
  /** As the jar says; "development" where there is no jar. */
  public static final String CURRENT =
      Objects.requireNonNullElse(
          AgentVersion.class.getPackage().getImplementationVersion(), "development");

  private AgentVersion() {}
}
