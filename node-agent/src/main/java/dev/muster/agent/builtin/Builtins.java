// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.builtin;

import dev.muster.agent.catalog.CatalogEntry;
import dev.muster.proto.type.v1.ActionKind;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;

/** All actions that come with the agent. */
public final class Builtins {
  private Builtins() {}

  /**
   * Returns their entries.
   *
   * @param wallClock the node's clock
   * @param agentVersion version of the agent
   */
  public static List<CatalogEntry> all(InstantSource wallClock, String agentVersion) {
    return Stream.of(Echo.action(), Ping.action(wallClock), SystemInfo.action(agentVersion))
        .map(action -> CatalogEntry.of(action, ActionKind.ACTION_KIND_BUILTIN))
        .toList();
  }
}
