// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import com.google.protobuf.ByteString;
import dev.muster.agent.identity.Machine;
import dev.muster.wire.JoinToken;
import java.util.Map;
import java.util.Optional;

/**
 * What a node says of itself when it enrolls and when it opens a session.
 *
 * @param wantedName the name that it would like; empty: the token's or the server's choice
 * @param labels labels that it picks from those that its token leaves open
 * @param joinToken what it may enroll with
 * @param plaintext whether the server is reached without TLS
 * @param caCertificatePem the authority that the operator of the node told it to trust
 * @param machine the machine that it runs on
 * @param agentVersion version of the agent
 * @param instanceId 16 random bytes, new for each start of the agent
 * @param slots how many runs go on at once
 */
public record NodeFacts(
    String wantedName,
    Map<String, String> labels,
    Optional<JoinToken> joinToken,
    boolean plaintext,
    Optional<String> caCertificatePem,
    Machine machine,
    String agentVersion,
    ByteString instanceId,
    int slots) {

  /** Copies the labels. */
  public NodeFacts {
    labels = Map.copyOf(labels);
  }
}
