// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.ledger.LedgerTransaction;
import java.util.Map;

/**
 * Makes nodes, within an entry of the ledger: the row, its first key, and after the commit what is
 * held in memory.
 */
final class NodeRegistrar {
  private final NodeDirectory directory;
  private final NodeKeyring keyring;

  NodeRegistrar(NodeDirectory directory, NodeKeyring keyring) {
    this.directory = directory;
    this.keyring = keyring;
  }

  /**
   * Adds a node with its first key.
   *
   * @throws BusException NODE_NAME_TAKEN where a node of the project has the name
   */
  void register(
      LedgerTransaction tx,
      Node node,
      NodeKey key,
      Map<String, String> facts,
      String machineFingerprint) {
    if (tx.store().nodes().findByName(node.projectId(), node.name().value()).isPresent()) {
      throw BusException.of(ErrorReason.NODE_NAME_TAKEN)
          .message("A node of this project is named " + node.name() + "; choose another name.")
          .with("node_name", node.name())
          .build();
    }
    tx.store().nodes().insert(node, facts, machineFingerprint);
    tx.store().nodeKeys().insert(key);
    tx.afterCommit(
        () -> {
          // The key last: whoever presents it finds the node.
          directory.put(node);
          keyring.add(key);
        });
  }
}
