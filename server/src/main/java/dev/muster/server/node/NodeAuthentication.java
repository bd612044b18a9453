// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import java.util.UUID;

/** What a presented node secret key turned out to be. */
public sealed interface NodeAuthentication {
  /**
   * It is the node's.
   *
   * @param node whose it is
   * @param keyId names the key
   * @param firstUse whether it was never used before
   */
  record Verified(Node node, UUID keyId, boolean firstUse) implements NodeAuthentication {}

  /** It was the node's, and the node was revoked. Told only to those who hold the key. */
  record Revoked(NodeId nodeId) implements NodeAuthentication {}

  /** Nobody's. */
  record Invalid() implements NodeAuthentication {}
}
