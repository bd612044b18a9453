// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import java.time.Duration;
import java.util.Optional;

/**
 * An entry of a catalog as a node sent it: nothing of it is checked yet. Fields are as in {@link
 * Action}; text and numbers are as sent.
 *
 * @param kind name of the kind without prefix, such as {@code HOOK}; anything else for what this
 *     server does not know
 * @param danger name of the danger without prefix; {@code UNSPECIFIED} counts as {@code LOW}
 * @param inputSchemaJson as sent; empty: none
 * @param hookDigest as sent; empty: none
 * @param minRole as sent; empty: operator
 */
@SuppressWarnings("ArrayRecordComponent") // Opaque bytes on their way to the check; never compared.
public record AnnouncedAction(
    String name,
    String kind,
    String danger,
    String summary,
    String version,
    byte[] inputSchemaJson,
    Optional<Duration> runTimeout,
    boolean requiresConfirmation,
    boolean idempotent,
    boolean enabled,
    String exclusiveGroup,
    boolean allowWhenDisabled,
    byte[] hookDigest,
    String minRole,
    String condition,
    long outputLimitBytes,
    boolean prepares) {}
