// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import dev.muster.agent.identity.Trust;
import io.grpc.ManagedChannel;
import java.security.GeneralSecurityException;

/** Opens channels to the server. Thread-safe. */
public interface ServerConnection {
  /**
   * Opens a channel; the caller shuts it down.
   *
   * @throws GeneralSecurityException if the trust cannot be used, such as a damaged certificate
   */
  ManagedChannel open(Trust trust) throws GeneralSecurityException;

  /** Returns where the server is, for people. */
  String address();
}
