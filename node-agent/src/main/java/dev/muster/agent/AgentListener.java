// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

/** Hears how an agent fares. Called in order on the agent's own thread: must not block. */
public interface AgentListener {
  /**
   * The agent has a session and its epoch is on disk.
   *
   * @param nodeName name of the node
   * @param server {@code HOST:PORT}
   * @param epoch number of the session
   */
  default void onConnected(String nodeName, String server, long epoch) {}

  /**
   * The session ended, or could not be opened; the agent tries again.
   *
   * @param reason for people
   */
  default void onDisconnected(String reason) {}

  /**
   * The agent gave up for good and does not connect again until it is started anew.
   *
   * @param cause why
   * @param reason for people
   */
  default void onStopped(StopCause cause, String reason) {}

  /** Why an agent gives up. */
  enum StopCause {
    /** The node was revoked. Its key file is kept. */
    NSK_REVOKED,
    /** The server refused to enroll the node, and it has no identity to go on with. */
    ENROLLMENT_REFUSED
  }
}
