// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.daemon;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that all commands of the agent take. They come before environment and file. */
final class CommonOptions {
  @Option(names = "--config", paramLabel = "FILE", description = "File of settings, name = value.")
  private @Nullable Path config;

  @Option(names = "--server", paramLabel = "HOST:PORT", description = "Where the server is.")
  private @Nullable String server;

  @Option(names = "--state-dir", paramLabel = "DIR", description = "Where key and journal are.")
  private @Nullable String stateDirectory;

  @Option(names = "--plaintext", description = "Without TLS; loopback addresses only.")
  private boolean plaintext;

  @Option(names = "--ca-file", paramLabel = "FILE", description = "Authority to trust, PEM.")
  private @Nullable String caFile;

  Optional<Path> config() {
    return Optional.ofNullable(config);
  }

  /** Returns the settings that were given, by name; the caller may add to them. */
  Map<String, String> flags() {
    Map<String, String> flags = new HashMap<>();
    put(flags, "server", server);
    put(flags, "state-dir", stateDirectory);
    put(flags, "ca-file", caFile);
    put(flags, "plaintext", plaintext ? "true" : null);
    return flags;
  }

  static void put(Map<String, String> flags, String name, @Nullable String value) {
    if (value != null) {
      flags.put(name, value);
    }
  }
}
