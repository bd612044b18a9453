// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import dev.muster.agent.identity.Authorities;
import dev.muster.agent.identity.PinnedAuthorityTrustManager;
import dev.muster.agent.identity.Trust;
import dev.muster.wire.Limits;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * Channels over TCP: with TLS and the name of the host checked, or in plain text to loopback
 * addresses only. Goes through the proxy of the environment where there is one.
 */
public final class NettyServerConnection implements ServerConnection {
  private static final int FLOW_CONTROL_WINDOW = 128 << 10;
  private static final int KEEP_ALIVE_SECONDS = 30;
  private static final int KEEP_ALIVE_TIMEOUT_SECONDS = 10;

  private final ServerAddress server;
  private final String userAgent;
  private final EnvironmentProxy proxy;

  /**
   * Connects to this server.
   *
   * @param environment where the proxy is looked up
   */
  public NettyServerConnection(
      ServerAddress server, String userAgent, Map<String, String> environment) {
    this.server = server;
    this.userAgent = userAgent;
    this.proxy = new EnvironmentProxy(environment);
  }

  @Override
  public ManagedChannel open(Trust trust) throws GeneralSecurityException {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(server.host(), server.port())
            .directExecutor()
            .disableRetry()
            .disableServiceConfigLookUp()
            .flowControlWindow(FLOW_CONTROL_WINDOW)
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .maxInboundMessageSize(Limits.AGENT_MESSAGE_BYTES)
            .proxyDetector(proxy)
            .userAgent(userAgent);
    if (trust instanceof Trust.Plaintext) {
      if (!server.isLoopback()) {
        throw new GeneralSecurityException(
            server + " is not a loopback address; plain text is for these only.");
      }
      return builder.usePlaintext().build();
    }
    SslContextBuilder tls = GrpcSslContexts.forClient();
    if (trust instanceof Trust.PinnedAuthority pinned) {
      tls.trustManager(new PinnedAuthorityTrustManager(pinned.publicKeySha256().toByteArray()));
    } else if (trust instanceof Trust.KnownAuthority known) {
      tls.trustManager(Authorities.trustOnly(known.certificatePem()));
    }
    try {
      return builder.sslContext(tls.build()).build();
    } catch (SSLException e) {
      throw new GeneralSecurityException(e);
    }
  }

  @Override
  public String address() {
    return server.toString();
  }
}
