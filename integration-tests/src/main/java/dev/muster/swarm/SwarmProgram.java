// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm;

import com.google.protobuf.ByteString;
import dev.muster.agent.identity.Trust;
import dev.muster.wire.JoinToken;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.Secret;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A swarm and its keys: the composition root. Its methods block and are called by one thread; the
 * caller closes it.
 */
final class SwarmProgram implements AutoCloseable {
  private final SwarmOptions options;
  private final EventLoop loop = new EventLoop();
  private final IdentityFile file;
  private final Swarm swarm;
  private final long seed;
  private int enrolled;

  private volatile @Nullable Connections connections; // written before nodes connect

  SwarmProgram(SwarmOptions options) throws IOException, ExecutionException, InterruptedException {
    this.options = options;
    this.seed = options.seed == null ? new SecureRandom().nextLong() : options.seed;
    this.file = IdentityFile.open(Optional.ofNullable(options.identities));
    this.swarm =
        new Swarm(loop, this::open, new SplittableRandom(seed), InstantSource.system(), options);
    for (var answer : options.answers().entrySet()) {
      swarm.set(answer.getKey(), answer.getValue()).get();
    }
    enrolled = swarm.add(options.raw ? List.of() : file.identities()).get();
    if (options.disconnectsPerMinute > 0) {
      loop.every(
          Math.max(1, TimeUnit.MINUTES.toMillis(1) / options.disconnectsPerMinute),
          swarm::breakOne);
    }
  }

  Swarm swarm() {
    return swarm;
  }

  long seed() {
    return seed;
  }

  /** Makes sure that there are so many nodes; returns how many there are. */
  int enroll(int count) throws IOException, ExecutionException, InterruptedException {
    if (count > enrolled) {
      List<Identity> all = options.raw ? madeUp(count) : enrolled(count);
      enrolled = swarm.add(all.subList(enrolled, all.size())).get();
    }
    return enrolled;
  }

  /** Brings so many nodes into sessions, and all others out. */
  Swarm.Readiness connect(int count) throws IOException, ExecutionException, InterruptedException {
    return beginToConnect(count).get();
  }

  /** Begins to; completes when it is so. */
  CompletableFuture<Swarm.Readiness> beginToConnect(int count) throws IOException {
    connections = to(sessionTrust());
    return swarm.connect(count);
  }

  private List<Identity> enrolled(int count) throws IOException, InterruptedException {
    JoinToken token =
        options
            .token()
            .orElseThrow(
                () ->
                    new IOException(
                        "There are keys for "
                            + enrolled
                            + " nodes, and no join token to enroll more with: give --join-token."));
    try {
      new Enroller(token, options.namePrefix, file).enroll(count, to(enrollmentTrust(token)));
    } catch (GeneralSecurityException e) {
      throw new IOException(e.getMessage(), e);
    }
    return file.identities();
  }

  /** The raw server looks at no key; they only have to be as long as real ones. */
  private List<Identity> madeUp(int count) {
    SecureRandom random = new SecureRandom();
    List<Identity> identities = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      identities.add(
          new Identity(
              Enroller.name(options.namePrefix, i),
              new NodeSecretKey(UUID.randomUUID(), Secret.random(random))));
    }
    return identities;
  }

  private Trust enrollmentTrust(JoinToken token) throws IOException {
    Optional<byte[]> digest = token.caPublicKeySha256();
    return digest.isPresent()
        ? new Trust.PinnedAuthority(ByteString.copyFrom(digest.get()))
        : toldTrust().orElse(new Trust.PublicAuthorities());
  }

  private Trust sessionTrust() throws IOException {
    return toldTrust()
        .or(() -> file.authorityPem().map(Trust.KnownAuthority::new))
        .orElse(new Trust.PublicAuthorities());
  }

  private Optional<Trust> toldTrust() throws IOException {
    if (options.plaintext) {
      return Optional.of(new Trust.Plaintext());
    }
    return options.ca == null
        ? Optional.empty()
        : Optional.of(new Trust.KnownAuthority(Files.readString(options.ca)));
  }

  private Connections to(Trust trust) throws IOException {
    try {
      return Connections.to(options.address(), trust, loop);
    } catch (GeneralSecurityException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private ManagedChannel open() {
    Connections known = connections;
    if (known == null) {
      throw new IllegalStateException("nodes connect after connect was called");
    }
    return known.get();
  }

  @Override
  public void close() {
    loop.close();
  }
}
