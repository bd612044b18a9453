// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import dev.muster.proto.agent.v1.AgentServiceGrpc;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeAuthentication;
import dev.muster.server.node.NodeKeyring;
import dev.muster.wire.CredentialFormatException;
import dev.muster.wire.NodeSecretKey;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Lets only nodes pass, by their secret key, and tells handlers which one calls ({@link
 * NodeContext}). Enroll, health and reflection are open. Blocks on nothing. Thread-safe.
 */
public final class NodeAuthenticationInterceptor implements ServerInterceptor {
  private static final String FORM = "nsk_…";

  private final NodeKeyring keyring;
  private final Ledger ledger;

  /**
   * Makes an interceptor over the keys of all nodes; first uses of keys are recorded through the
   * ledger.
   */
  public NodeAuthenticationInterceptor(NodeKeyring keyring, Ledger ledger) {
    this.keyring = keyring;
    this.ledger = ledger;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    if (method.equals(AgentServiceGrpc.getEnrollMethod().getFullMethodName())
        || OpenServices.contain(call.getMethodDescriptor())) {
      return next.startCall(call, headers);
    }
    Context context =
        NodeContext.attachTo(
            Context.current(),
            authenticate(headers),
            call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
    if (call.getMethodDescriptor().getType().clientSendsOneMessage()) {
      return Contexts.interceptCall(context, call, headers, next);
    }
    // A stream's handler looks around once, when it starts: its messages need no context.
    Context previous = context.attach();
    try {
      return next.startCall(call, headers);
    } finally {
      context.detach(previous);
    }
  }

  private Node authenticate(Metadata headers) {
    NodeAuthentication answer = keyring.authenticate(parse(CallMetadata.bearer(headers, FORM)));
    if (answer instanceof NodeAuthentication.Verified verified) {
      if (verified.firstUse()) {
        keyring.recordFirstUse(ledger, verified);
      }
      return verified.node();
    }
    if (answer instanceof NodeAuthentication.Revoked revoked) {
      throw BusException.of(ErrorReason.NSK_REVOKED)
          .message("Node " + revoked.nodeId() + " was revoked; its key is worth nothing any more.")
          .with("node_id", revoked.nodeId())
          .build();
    }
    throw BusException.of(ErrorReason.NSK_INVALID)
        .message("No node secret key like this is known.")
        .build();
  }

  private static NodeSecretKey parse(String text) {
    try {
      return NodeSecretKey.parse(text);
    } catch (CredentialFormatException e) {
      throw CallMetadata.malformed(e.getMessage(), FORM);
    }
  }
}
