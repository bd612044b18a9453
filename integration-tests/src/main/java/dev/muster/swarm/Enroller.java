// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import dev.muster.agent.identity.Authorities;
import dev.muster.proto.agent.v1.AgentServiceGrpc;
import dev.muster.proto.agent.v1.AgentServiceGrpc.AgentServiceFutureStub;
import dev.muster.proto.agent.v1.EnrollRequest;
import dev.muster.proto.agent.v1.EnrollResponse;
import dev.muster.wire.CredentialFormatException;
import dev.muster.wire.JoinToken;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.WireErrors;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges a join token for the identities of many nodes. Each node's request has an id of its own
 * that follows from its name, so that an answer which was lost is asked for again rather than the
 * name found taken. Blocks; not for the event loop.
 */
final class Enroller {
  // As many as a server takes on one connection.
  private static final int MOST_AT_ONCE = 8;
  private static final int CONNECTIONS = 8;
  private static final int DEADLINE_SECONDS = 60;
  private static final int BATCH = 256;

  private final JoinToken token;
  private final String namePrefix;
  private final IdentityFile file;
  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();

  private record Answer(
      String name,
      AgentServiceFutureStub stub,
      Optional<EnrollResponse> response,
      String failure) {}

  Enroller(JoinToken token, String namePrefix, IdentityFile file) {
    this.token = token;
    this.namePrefix = namePrefix;
    this.file = file;
  }

  /** Returns the name of the node of this number, from 0. */
  static String name(String prefix, int number) {
    return String.format(Locale.ROOT, "%s-%05d", prefix, number + 1);
  }

  /**
   * Enrolls until the file has so many nodes.
   *
   * @throws IOException if one is refused, or the file cannot be written; those before it are kept
   */
  void enroll(int count, Connections connections)
      throws IOException, GeneralSecurityException, InterruptedException {
    List<ManagedChannel> channels = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        channels.add(connections.get());
      }
      enroll(count, channels);
    } finally {
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }

  private void enroll(int count, List<ManagedChannel> channels)
      throws IOException, GeneralSecurityException, InterruptedException {
    Queue<String> missing = missing(count);
    int underWay = 0;
    for (int i = 0; i < MOST_AT_ONCE; i++) {
      for (ManagedChannel channel : channels) {
        if (!missing.isEmpty()) {
          ask(AgentServiceGrpc.newFutureStub(channel), missing.remove());
          underWay++;
        }
      }
    }
    List<Identity> batch = new ArrayList<>();
    Optional<String> failure = Optional.empty();
    while (underWay > 0) {
      Answer answer = answers.take();
      underWay--;
      if (answer.response().isPresent()) {
        batch.add(identity(answer.name(), answer.response().get()));
      } else {
        failure = Optional.of(answer.name() + " cannot enroll: " + answer.failure());
      }
      if (failure.isEmpty() && !missing.isEmpty()) {
        ask(answer.stub(), missing.remove());
        underWay++;
      }
      if (batch.size() == BATCH || underWay == 0) {
        file.add(batch);
        batch.clear();
      }
    }
    if (failure.isPresent()) {
      throw new IOException(failure.get());
    }
  }

  /** Returns the names to enroll so that the file has so many nodes; there may be gaps in it. */
  private Queue<String> missing(int count) {
    List<Identity> known = file.identities();
    Set<String> taken = known.stream().map(Identity::name).collect(Collectors.toSet());
    return IntStream.range(0, count)
        .mapToObj(number -> name(namePrefix, number))
        .filter(name -> !taken.contains(name))
        .limit(Math.max(0, count - known.size()))
        .collect(Collectors.toCollection(ArrayDeque::new));
  }

  private void ask(AgentServiceFutureStub stub, String name) {
    Futures.addCallback(
        stub.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .enroll(
                EnrollRequest.newBuilder()
                    .setJoinToken(token.format())
                    .setNodeName(name)
                    .setAgentVersion("swarm")
                    .setRequestId("swarm-" + name)
                    .build()),
        new FutureCallback<EnrollResponse>() {
          @Override
          public void onSuccess(@Nullable EnrollResponse response) {
            answers.add(new Answer(name, stub, Optional.ofNullable(response), "an empty answer"));
          }

          @Override
          public void onFailure(Throwable failure) {
            answers.add(new Answer(name, stub, Optional.empty(), describe(failure)));
          }
        },
        MoreExecutors.directExecutor());
  }

  private Identity identity(String name, EnrollResponse response)
      throws IOException, GeneralSecurityException {
    String authority = response.getCaCertificatePem();
    Optional<byte[]> digest = token.caPublicKeySha256();
    if (digest.isPresent() && !Authorities.has(authority, digest.get())) {
      throw new GeneralSecurityException(
          "The server's answer names another authority than the join token.");
    }
    file.setAuthority(authority);
    try {
      return new Identity(name, NodeSecretKey.parse(response.getNodeSecretKey()));
    } catch (CredentialFormatException e) {
      throw new IOException("The server's answer holds no key: " + e.getMessage(), e);
    }
  }

  private static String describe(Throwable failure) {
    Status status = Status.fromThrowable(failure);
    String reason = WireErrors.reasonOf(failure).map(r -> " " + WireErrors.nameOf(r)).orElse("");
    return status.getCode() + reason + ": " + status.getDescription();
  }
}
