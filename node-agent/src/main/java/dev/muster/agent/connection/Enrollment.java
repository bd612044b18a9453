// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import com.google.protobuf.ByteString;
import dev.muster.agent.identity.Authorities;
import dev.muster.agent.identity.IdentityStore;
import dev.muster.agent.identity.Trust;
import dev.muster.proto.agent.v1.AgentServiceGrpc;
import dev.muster.proto.agent.v1.EnrollRequest;
import dev.muster.proto.agent.v1.EnrollResponse;
import dev.muster.wire.CredentialFormatException;
import dev.muster.wire.JoinToken;
import dev.muster.wire.NodeSecretKey;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Exchanges the join token for an identity. The server is known by the token's digest before
 * anything is sent; the request's id is on disk before as well, so that a lost answer is asked for
 * again rather than the token used up.
 */
final class Enrollment {
  private static final int DEADLINE_SECONDS = 30;

  private final ServerConnection connection;
  private final IdentityStore identity;
  private final NodeFacts facts;
  private final Executor executor;

  /** Hears how it went, once, on the executor. */
  interface Listener {
    void onEnrolled();

    void onFailed(Throwable failure);
  }

  Enrollment(
      ServerConnection connection, IdentityStore identity, NodeFacts facts, Executor executor) {
    this.connection = connection;
    this.identity = identity;
    this.facts = facts;
    this.executor = executor;
  }

  /** Asks once. */
  void enroll(JoinToken token, Listener listener) {
    ManagedChannel channel;
    EnrollRequest request;
    try {
      request = request(token);
      channel = connection.open(trust(token));
    } catch (IOException | GeneralSecurityException e) {
      executor.execute(() -> listener.onFailed(e));
      return;
    }
    AgentServiceGrpc.newStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .enroll(request, new Answer(token, channel, listener));
  }

  private EnrollRequest request(JoinToken token) throws IOException {
    return EnrollRequest.newBuilder()
        .setJoinToken(token.format())
        .setNodeName(facts.wantedName())
        .putAllLabels(facts.labels())
        .setMachineId(facts.machine().id())
        .setMachineFingerprint(facts.machine().fingerprint())
        .setAgentVersion(facts.agentVersion())
        .putAllFacts(facts.machine().facts())
        .setRequestId(identity.enrollmentRequestId(token))
        .build();
  }

  private Trust trust(JoinToken token) {
    Optional<byte[]> digest = token.caPublicKeySha256();
    if (digest.isPresent()) {
      return new Trust.PinnedAuthority(ByteString.copyFrom(digest.get()));
    }
    return facts.plaintext()
        ? new Trust.Plaintext()
        : facts
            .caCertificatePem()
            .<Trust>map(Trust.KnownAuthority::new)
            .orElse(new Trust.PublicAuthorities());
  }

  private void store(JoinToken token, EnrollResponse response)
      throws IOException, GeneralSecurityException {
    NodeSecretKey key;
    try {
      key = NodeSecretKey.parse(response.getNodeSecretKey());
    } catch (CredentialFormatException e) {
      throw new IOException("The server's answer holds no key: " + e.getMessage(), e);
    }
    Optional<byte[]> digest = token.caPublicKeySha256();
    String authority = response.getCaCertificatePem();
    if (digest.isPresent() && !Authorities.has(authority, digest.get())) {
      throw new GeneralSecurityException(
          "The server's answer names another authority than the join token.");
    }
    identity.store(key, authority);
  }

  private final class Answer implements StreamObserver<EnrollResponse> {
    private final JoinToken token;
    private final ManagedChannel channel;
    private final Listener listener;
    private Optional<EnrollResponse> response = Optional.empty();

    Answer(JoinToken token, ManagedChannel channel, Listener listener) {
      this.token = token;
      this.channel = channel;
      this.listener = listener;
    }

    @Override
    public void onNext(EnrollResponse response) {
      this.response = Optional.of(response);
    }

    @Override
    public void onError(Throwable failure) {
      channel.shutdownNow();
      executor.execute(() -> listener.onFailed(failure));
    }

    @Override
    public void onCompleted() {
      channel.shutdown();
      Optional<EnrollResponse> answer = response;
      executor.execute(
          () -> {
            try {
              store(
                  token,
                  answer.orElseThrow(
                      () -> new IOException(Status.INTERNAL.getCode() + ": an empty answer")));
            } catch (IOException | GeneralSecurityException e) {
              listener.onFailed(e);
              return;
            }
            listener.onEnrolled();
          });
    }
  }
}
