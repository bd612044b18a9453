// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm;

import dev.muster.agent.connection.ServerAddress;
import dev.muster.agent.identity.Authorities;
import dev.muster.agent.identity.PinnedAuthorityTrustManager;
import dev.muster.agent.identity.Trust;
import dev.muster.wire.Limits;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * Opens lean connections to one server: all on one event loop, each with a small fixed window and
 * nothing that a swarm does not need. The server's name is looked up once. Thread-safe.
 */
final class Connections implements Supplier<ManagedChannel> {
  private static final int WINDOW_BYTES = 64 << 10;
  private static final int CONNECT_TIMEOUT_MILLIS = 20_000;

  private final ServerAddress server;
  private final InetSocketAddress address;
  private final Optional<SslContext> tls;
  private final EventLoop loop;

  private Connections(
      ServerAddress server, InetSocketAddress address, Optional<SslContext> tls, EventLoop loop) {
    this.server = server;
    this.address = address;
    this.tls = tls;
    this.loop = loop;
  }

  /**
   * Looks the server up; connects to nothing yet. May block.
   *
   * @throws GeneralSecurityException if the server cannot be trusted this way
   */
  static Connections to(ServerAddress server, Trust trust, EventLoop loop)
      throws GeneralSecurityException {
    InetSocketAddress address = new InetSocketAddress(server.host(), server.port());
    if (address.isUnresolved()) {
      throw new IllegalArgumentException("The host " + server.host() + " is not known.");
    }
    return new Connections(server, address, tls(server, trust), loop);
  }

  private static Optional<SslContext> tls(ServerAddress server, Trust trust)
      throws GeneralSecurityException {
    if (trust instanceof Trust.Plaintext) {
      if (!server.isLoopback()) {
        throw new GeneralSecurityException(
            server + " is not a loopback address; plain text is for these only.");
      }
      return Optional.empty();
    }
    SslContextBuilder builder = GrpcSslContexts.forClient();
    if (trust instanceof Trust.PinnedAuthority pinned) {
      builder.trustManager(new PinnedAuthorityTrustManager(pinned.publicKeySha256().toByteArray()));
    } else if (trust instanceof Trust.KnownAuthority known) {
      builder.trustManager(Authorities.trustOnly(known.certificatePem()));
    }
    try {
      return Optional.of(builder.build());
    } catch (SSLException e) {
      throw new GeneralSecurityException(e);
    }
  }

  /** Opens a connection of its own; the caller closes it. */
  @Override
  public ManagedChannel get() {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(address)
            .overrideAuthority(server.toString())
            .eventLoopGroup(loop.group())
            .channelType(loop.channelType())
            .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
            .withOption(ChannelOption.TCP_NODELAY, true)
            .directExecutor()
            .offloadExecutor(loop)
            .disableRetry()
            .disableServiceConfigLookUp()
            .maxTraceEvents(0)
            .flowControlWindow(WINDOW_BYTES)
            .maxInboundMessageSize(Limits.AGENT_MESSAGE_BYTES)
            .userAgent("muster-swarm");
    // Heartbeats of the protocol show whether a connection lives; those of the transport are left
    // out.
    return tls.isPresent() ? builder.sslContext(tls.get()).build() : builder.usePlaintext().build();
  }
}
