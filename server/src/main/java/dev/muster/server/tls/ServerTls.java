// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.tls;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.OpenSsl;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import javax.net.ssl.SSLException;

/**
 * Makes the TLS context of both listeners: TLS 1.2 and 1.3 by OpenSSL, which takes a third of the
 * processor time of Java's own; Java's own where there is no OpenSSL for the machine.
 */
public final class ServerTls {
  private ServerTls() {}

  /**
   * Returns a context that shows this certificate, and a renewed one once there is one.
   *
   * @throws SSLException if the machine's TLS does not take it
   */
  public static SslContext context(ServerCertificate certificate) throws SSLException {
    return GrpcSslContexts.configure(
            SslContextBuilder.forServer(certificate.keyManager()), provider())
        .protocols("TLSv1.3", "TLSv1.2")
        .build();
  }

  /** Returns what carries TLS out on this machine. */
  public static SslProvider provider() {
    return OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
  }
}
