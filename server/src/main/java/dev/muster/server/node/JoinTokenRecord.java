// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import dev.muster.wire.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What the server keeps of a join token.
 *
 * @param id names it
 * @param projectId where nodes enroll
 * @param hash keyed hash of the secret
 * @param description what it is for
 * @param maxUses how many nodes may enroll; 0: any number
 * @param uses how many have
 * @param expireTime when it ends
 * @param labels that every node gets
 * @param labelChoices keys that a node picks once, and what from
 * @param nodeName that the node gets; empty: its wish
 * @param replace whether a node of the same name is replaced
 * @param forgetAfter after which a node that stays away is forgotten; zero: never
 * @param revoked whether it was revoked
 * @param createTime when it was made
 * @param createdBy name of the operator
 */
public record JoinTokenRecord(
    UUID id,
    String projectId,
    Sha256 hash,
    String description,
    int maxUses,
    int uses,
    Instant expireTime,
    Map<String, String> labels,
    Map<String, List<String>> labelChoices,
    String nodeName,
    boolean replace,
    Duration forgetAfter,
    boolean revoked,
    Instant createTime,
    String createdBy) {
  /** Copies the maps. */
  public JoinTokenRecord {
    labels = Map.copyOf(labels);
    labelChoices = Map.copyOf(labelChoices);
  }
}
