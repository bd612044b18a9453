// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.connection;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * A connection's socket, thread and trust; connects at its first call. With one connection per
 * process, Java's own TLS and one NIO thread are up sooner than the native ones, which first have
 * to be unpacked. The caller closes it.
 */
final class Transport implements AutoCloseable {
  private static final int MESSAGE_BYTES = 64 << 20;
  private static final int KEEP_ALIVE_SECONDS = 20;

  private final EventLoopGroup thread;
  private final ManagedChannel channel;

  private Transport(EventLoopGroup thread, ManagedChannel channel) {
    this.thread = thread;
    this.channel = channel;
  }

  /**
   * Makes a transport.
   *
   * @throws SettingsException if the certificate authority cannot be used
   */
  static Transport to(ConnectionSettings settings) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(settings.server().host(), settings.server().port());
    if (settings.plaintext()) {
      builder.usePlaintext();
    } else {
      builder.sslContext(trust(settings));
    }
    EventLoopGroup thread =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("muster-connection", true), NioIoHandler.newFactory());
    ManagedChannel channel =
        builder
            .channelType(NioSocketChannel.class)
            .eventLoopGroup(thread)
            .directExecutor()
            .maxInboundMessageSize(MESSAGE_BYTES)
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .userAgent("muster-cli")
            .build();
    return new Transport(thread, channel);
  }

  /** Where calls go. */
  Channel channel() {
    return channel;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    Future<?> unused = thread.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private static SslContext trust(ConnectionSettings settings) {
    SslContextBuilder builder =
        GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK);
    try {
      settings.ca().ifPresent(ca -> builder.trustManager(ca.toFile()));
      return builder.build();
    } catch (SSLException | IllegalArgumentException e) {
      String source = settings.ca().map(Object::toString).orElse("Java's trust store");
      throw new SettingsException(List.of(source + " has no certificate authority in PEM."));
    }
  }
}
