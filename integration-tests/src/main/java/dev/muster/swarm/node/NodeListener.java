// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

/** Hears how the nodes fare. Called on the event loop. */
public interface NodeListener {
  /**
   * The node wants to connect; it is to be {@linkplain SwarmNode#open opened} when there is room.
   */
  void onWantsToConnect(SwarmNode node);

  /** An attempt has come to its end, be it with a session or without. */
  void onAttemptOver(SwarmNode node);

  /** The node is in a session: welcomed, confirmed, and its catalog is known. */
  void onReady(SwarmNode node);

  /** The node was in a session, and is no more. */
  void onLost(SwarmNode node);

  /** The node was told to leave, and its connection has ended. */
  void onGone(SwarmNode node);

  /** The node never connects again. */
  void onStopped(SwarmNode node, String why);
}
