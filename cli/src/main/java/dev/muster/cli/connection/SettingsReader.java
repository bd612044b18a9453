// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.connection;

import dev.muster.wire.CredentialFormatException;
import dev.muster.wire.OperatorToken;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the settings: an option wins over the environment, and that over the file {@code
 * ~/.config/muster/cli.properties} with the keys {@code server}, {@code token}, {@code token-file},
 * {@code ca}, {@code plaintext} and {@code project}. Relative paths in the file count from its
 * folder.
 */
public final class SettingsReader {
  private static final Set<String> KEYS =
      Set.of("server", "token", "token-file", "ca", "plaintext", "project");

  private final Map<String, String> environment;
  private final Path file;
  private final List<String> faults = new ArrayList<>();
  private final Properties properties = new Properties();

  /** Makes a reader. */
  private SettingsReader(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
    this.file = configFolder(environment).resolve("muster").resolve("cli.properties");
  }

  /**
   * Returns the settings.
   *
   * @throws SettingsException if they are incomplete or cannot be used
   */
  public static ConnectionSettings read(
      ConnectionOptions options, Map<String, String> environment) {
    SettingsReader reader = new SettingsReader(environment);
    reader.readFile();
    return reader.settings(options);
  }

  private ConnectionSettings settings(ConnectionOptions options) {
    ServerAddress server = server(options);
    OperatorToken token = token(options);
    Optional<Path> ca = path("MUSTER_CA", "ca", options.ca);
    boolean plaintext =
        options.plaintext || Boolean.parseBoolean(properties.getProperty("plaintext", "false"));
    String project = value("MUSTER_PROJECT", "project", options.project).orElse("");
    if (plaintext && !server.isLoopback()) {
      faults.add(
          "--plaintext would send your token readable to "
              + server
              + ", which is not this machine: leave it out.");
    }
    ca.filter(path -> !plaintext && !Files.isReadable(path))
        .ifPresent(path -> faults.add("The certificate authority " + path + " cannot be read."));
    if (token == null || !faults.isEmpty()) {
      throw new SettingsException(faults);
    }
    return new ConnectionSettings(server, token, ca, plaintext, project);
  }

  private void readFile() {
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException | IllegalArgumentException e) {
      faults.add("The file " + file + " cannot be read: " + e.getMessage() + ".");
    }
    Set<String> unknown = new TreeSet<>(properties.stringPropertyNames());
    unknown.removeAll(KEYS);
    unknown.forEach(key -> faults.add("The file " + file + " has an unknown key \"" + key + "\"."));
  }

  private ServerAddress server(ConnectionOptions options) {
    Optional<String> text = value("MUSTER_SERVER", "server", options.server);
    try {
      return text.map(ServerAddress::parse).orElse(ServerAddress.LOCAL);
    } catch (IllegalArgumentException e) {
      faults.add("The server " + e.getMessage());
      return ServerAddress.LOCAL;
    }
  }

  /** Within one source, the token itself wins over the file that holds it. */
  private @Nullable OperatorToken token(ConnectionOptions options) {
    if (options.token != null) {
      return parse(options.token, "--token");
    }
    if (options.tokenFile != null) {
      return fromFile(options.tokenFile);
    }
    if (environment.containsKey("MUSTER_TOKEN")) {
      return parse(environment.getOrDefault("MUSTER_TOKEN", ""), "$MUSTER_TOKEN");
    }
    if (environment.containsKey("MUSTER_TOKEN_FILE")) {
      return fromFile(Path.of(environment.getOrDefault("MUSTER_TOKEN_FILE", "")));
    }
    if (properties.containsKey("token")) {
      return parse(properties.getProperty("token"), "token in " + file);
    }
    if (properties.containsKey("token-file")) {
      return fromFile(fromConfig(properties.getProperty("token-file")));
    }
    faults.add(
        "No operator token: give --token-file FILE, set MUSTER_TOKEN, or write token-file=FILE to "
            + file
            + ". The server's first start writes one to admin-token in its data directory.");
    return null;
  }

  private @Nullable OperatorToken fromFile(Path path) {
    try {
      return parse(Files.readString(path), path.toString());
    } catch (NoSuchFileException e) {
      faults.add("The token file " + path + " does not exist.");
    } catch (IOException e) {
      faults.add("The token file " + path + " cannot be read.");
    }
    return null;
  }

  private @Nullable OperatorToken parse(String text, String source) {
    try {
      return OperatorToken.parse(text.strip());
    } catch (CredentialFormatException e) {
      faults.add("No usable token in " + source + ": " + e.getMessage());
      return null;
    }
  }

  private Optional<String> value(String variable, String key, @Nullable String option) {
    return Optional.ofNullable(option)
        .or(() -> Optional.ofNullable(environment.get(variable)))
        .or(() -> Optional.ofNullable(properties.getProperty(key)));
  }

  private Optional<Path> path(String variable, String key, @Nullable Path option) {
    return Optional.ofNullable(option)
        .or(() -> Optional.ofNullable(environment.get(variable)).map(Path::of))
        .or(() -> Optional.ofNullable(properties.getProperty(key)).map(this::fromConfig));
  }

  private Path fromConfig(String path) {
    return file.resolveSibling(path);
  }

  private static Path configFolder(Map<String, String> environment) {
    String folder = environment.getOrDefault("XDG_CONFIG_HOME", "");
    return folder.isEmpty()
        ? Path.of(environment.getOrDefault("HOME", "."), ".config")
        : Path.of(folder);
  }
}
