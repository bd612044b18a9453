// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows one key and certificate, which may be replaced at any time. A handshake asks by the alias
 * that it was given: one that began before a replacement finds what it began with.
 */
final class RenewingKeyManager extends X509ExtendedKeyManager {
  private record Shown(
      String alias, PrivateKey key, X509Certificate certificate, X509Certificate authority) {}

  // Written under this object's lock, by show; read by handshakes.
  private volatile @Nullable Shown current;
  private volatile @Nullable Shown previous;

  synchronized void show(Pem.KeyAndCertificate pair, X509Certificate authority) {
    previous = current;
    current =
        new Shown(
            "server-" + pair.certificate().getSerialNumber().toString(16),
            pair.key(),
            pair.certificate(),
            authority);
  }

  X509Certificate current() {
    Shown shown = current;
    if (shown == null) {
      throw new IllegalStateException("no certificate yet");
    }
    return shown.certificate;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return alias(keyType);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, Socket socket) {
    return alias(keyType);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    String alias = alias(keyType);
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    Shown shown = find(alias);
    return shown == null ? null : new X509Certificate[] {shown.certificate, shown.authority};
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    Shown shown = find(alias);
    return shown == null ? null : shown.key;
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyType, Principal @Nullable [] issuers, Socket socket) {
    return null;
  }

  private @Nullable String alias(String keyType) {
    Shown shown = current;
    // JSSE asks for EC; OpenSSL's binding for EC or EC_EC.
    return shown != null && keyType.startsWith("EC") ? shown.alias : null;
  }

  private @Nullable Shown find(String alias) {
    return Stream.of(current, previous)
        .filter(shown -> shown != null && shown.alias.equals(alias))
        .findFirst()
        .orElse(null);
  }
}
