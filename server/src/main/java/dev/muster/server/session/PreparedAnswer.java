// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.invocation.Result.ResultError;
import org.jspecify.annotations.Nullable;

/**
 * A node's description of an action.
 *
 * @param inputSchemaJson schema of the input, UTF-8 JSON text
 * @param initialPayloadJson input to start from
 * @param currentStateJson what the thing looks like now; empty: nothing to tell
 * @param error why the node cannot tell; then the rest is empty
 */
@SuppressWarnings("ArrayRecordComponent") // Opaque bytes, passed through; never compared.
public record PreparedAnswer(
    byte[] inputSchemaJson,
    byte[] initialPayloadJson,
    byte[] currentStateJson,
    @Nullable ResultError error) {}
