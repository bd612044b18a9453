// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.connection;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The options of every verb that say how to reach the server. What is not given comes from
 * elsewhere.
 */
public final class ConnectionOptions {
  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      scope = ScopeType.INHERIT,
      description = "The server's operator port ($MUSTER_SERVER; default: localhost:7444).")
  @Nullable String server;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      scope = ScopeType.INHERIT,
      description =
          "Your operator token ($MUSTER_TOKEN). Others on this machine can see it: prefer --token-file.")
  @Nullable String token;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "File with your operator token ($MUSTER_TOKEN_FILE).")
  @Nullable Path tokenFile;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "Certificate authority to trust, PEM ($MUSTER_CA); the server's own is tls/ca.pem in its data directory.")
  @Nullable Path ca;

  @Option(
      names = "--plaintext",
      scope = ScopeType.INHERIT,
      description = "No TLS. Only to this machine.")
  boolean plaintext;

  @Option(
      names = "--project",
      paramLabel = "ID",
      scope = ScopeType.INHERIT,
      description = "The project to work on ($MUSTER_PROJECT; default: the default project).")
  @Nullable String project;
}
