// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import dev.muster.wire.Sha256;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the server keeps of a node secret key.
 *
 * @param id names the key
 * @param nodeId whose it is
 * @param hash keyed hash of the secret
 * @param createTime when it was made
 * @param firstUsedTime when it was first used; null: never
 */
public record NodeKey(
    UUID id, NodeId nodeId, Sha256 hash, Instant createTime, @Nullable Instant firstUsedTime) {}
