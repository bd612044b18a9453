// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import dev.muster.agent.identity.Trust;
import dev.muster.proto.agent.v1.AgentServiceGrpc;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.ReportInvocationRequest;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.wire.NodeSecretKey;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Reports without a stream. Thread-safe. */
public final class UnaryReport {
  private static final int DEADLINE_SECONDS = 30;

  private final ServerConnection connection;

  /** Reports over this connection. */
  public UnaryReport(ServerConnection connection) {
    this.connection = connection;
  }

  /**
   * Reports steps of an invocation and waits for the answer.
   *
   * @param epoch session that the command came with; 0: not told
   * @return the state of the invocation after it
   * @throws StatusRuntimeException if the server refused it or was not reached
   * @throws GeneralSecurityException if the trust cannot be used
   */
  public InvocationState send(
      Trust trust, NodeSecretKey key, String invocation, List<CallbackStep> steps, long epoch)
      throws GeneralSecurityException {
    ManagedChannel channel = connection.open(trust);
    try {
      return AgentServiceGrpc.newBlockingStub(Authorization.attach(channel, key))
          .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
          .reportInvocation(
              ReportInvocationRequest.newBuilder()
                  .setInvocationId(invocation)
                  .addAllSteps(steps)
                  .setEpoch(epoch)
                  .build())
          .getState();
    } finally {
      channel.shutdownNow();
    }
  }
}
