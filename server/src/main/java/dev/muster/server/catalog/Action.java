// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import dev.muster.server.access.Role;
import dev.muster.wire.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Something that a node can do, as it declared it: one checked entry of its catalog, with defaults
 * filled in.
 *
 * @param name name, unique on the node
 * @param kind what carries it out
 * @param danger how much harm it can do
 * @param summary one line for people; may be empty
 * @param version as its author counts it; may be empty
 * @param inputSchemaJson JSON Schema of the input; empty: no input beyond {@code {}}
 * @param runTimeout how long a run may take where the dispatch does not say
 * @param requiresConfirmation whether a dispatch must say that it is confirmed, whatever the danger
 * @param idempotent whether running it again is harmless
 * @param enabled whether the node's own configuration allows it
 * @param exclusiveGroup group of which never two run at once on a node; empty: none
 * @param allowWhenDisabled whether a disabled node still runs it
 * @param hookDigest digest of the hook's bytes; only of a hook
 * @param minRole role below which an operator may not dispatch it
 * @param condition CEL expression that must hold as well; empty: none
 * @param outputLimitBytes cap on stdout and stderr each
 * @param prepares whether it answers PREPARE by itself
 */
public record Action(
    String name,
    ActionKind kind,
    Danger danger,
    String summary,
    String version,
    String inputSchemaJson,
    Duration runTimeout,
    boolean requiresConfirmation,
    boolean idempotent,
    boolean enabled,
    String exclusiveGroup,
    boolean allowWhenDisabled,
    Optional<Sha256> hookDigest,
    Role minRole,
    String condition,
    long outputLimitBytes,
    boolean prepares) {

  /** Tells whether a dispatch must say that it is confirmed. */
  public boolean needsConfirmation() {
    return requiresConfirmation || danger.asksForConfirmation();
  }

  /** Returns the JSON Schema of the input as UTF-8; empty: no input beyond {@code {}}. */
  public byte[] inputSchemaBytes() {
    return inputSchemaJson.getBytes(StandardCharsets.UTF_8);
  }
}
