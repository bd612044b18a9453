// SPDX-License-Identifier: Apache-2.0
package dev.muster.demo;

import dev.muster.proto.agent.v1.AgentServiceGrpc;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.ReportInvocationRequest;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.wire.WireErrors;
import io.grpc.CallCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * A report that a node sends without a stream, with its own key, as a confused agent or a script
 * might.
 */
final class StrayReport {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final Fleet fleet;
  private final DemoNode node;

  StrayReport(Fleet fleet, DemoNode node) {
    this.fleet = fleet;
    this.node = node;
  }

  /** How the server refused it. */
  record Refusal(String status, String sentence, Map<String, String> metadata) {}

  /** Sends it and returns the refusal. */
  Refusal send(String invocationId, InvocationState state) throws IOException {
    String key = Files.readString(keyFile()).strip();
    ManagedChannel channel =
        Grpc.newChannelBuilder(
                fleet.agentAddress(),
                TlsChannelCredentials.newBuilder()
                    .trustManager(fleet.certificateAuthority().toFile())
                    .build())
            .build();
    try {
      AgentServiceGrpc.newBlockingStub(channel)
          .withCallCredentials(bearer(key))
          .withDeadlineAfter(10, TimeUnit.SECONDS)
          .reportInvocation(
              ReportInvocationRequest.newBuilder()
                  .setInvocationId(invocationId)
                  .addSteps(CallbackStep.newBuilder().setState(state))
                  .build());
      throw new DemoFailedException("the server accepted a report that is out of order");
    } catch (StatusRuntimeException e) {
      boolean asTold =
          WireErrors.reasonOf(e)
              .filter(ErrorReason.ERROR_REASON_INVALID_STATE_TRANSITION::equals)
              .isPresent();
      if (!asTold) {
        throw new DemoFailedException("the report failed otherwise: " + e.getMessage());
      }
      return new Refusal(
          e.getStatus().getCode().name(),
          String.valueOf(e.getStatus().getDescription()),
          WireErrors.metadataOf(e));
    } finally {
      channel.shutdownNow();
    }
  }

  /** Where the agent keeps the node's secret key. */
  Path keyFile() {
    return node.stateFolder().resolve("node.key");
  }

  private static CallCredentials bearer(String key) {
    return new CallCredentials() {
      @Override
      public void applyRequestMetadata(
          RequestInfo request, Executor executor, MetadataApplier applier) {
        Metadata headers = new Metadata();
        headers.put(AUTHORIZATION, "Bearer " + key);
        applier.apply(headers);
      }
    };
  }
}
