// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.daemon;

import dev.muster.agent.connection.ServerAddress;
import dev.muster.agent.hook.HookSettings;
import dev.muster.wire.CredentialFormatException;
import dev.muster.wire.JoinToken;
import dev.muster.wire.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the daemon was told, read and checked once.
 *
 * @param server where the server is
 * @param stateDirectory where key and journal are
 * @param joinToken what the node may enroll with
 * @param name name that it asks for; empty: not its choice
 * @param labels labels that it picks
 * @param facts what it says of itself, beside the usual
 * @param hooksDirectory where the hooks are
 * @param hookRescan how often they are looked at
 * @param hookPath the {@code PATH} of hooks
 * @param slots how many runs go on at once
 * @param plaintext whether to go without TLS
 * @param caCertificatePem authority to trust instead of the one that enrollment brings
 * @param builtins whether the built-in actions are offered
 * @param stopGrace time between the signal to stop and force
 * @param shutdownGrace how long runs may go on when the agent is stopped
 * @param logLevel least level that is logged
 */
record AgentConfig(
    String server,
    Path stateDirectory,
    Optional<JoinToken> joinToken,
    String name,
    Map<String, String> labels,
    Map<String, String> facts,
    Optional<Path> hooksDirectory,
    Duration hookRescan,
    String hookPath,
    int slots,
    boolean plaintext,
    Optional<String> caCertificatePem,
    boolean builtins,
    Duration stopGrace,
    Duration shutdownGrace,
    String logLevel) {

  static final Path DEFAULT_STATE_DIRECTORY = Path.of("/var/lib/muster-agent");

  private static final String JOIN_TOKEN_VARIABLE = "MUSTER_JOIN_TOKEN";
  private static final String LABEL_PREFIX = "label.";
  private static final String FACT_PREFIX = "fact.";
  private static final Set<String> NAMES =
      Set.of(
          "server",
          "state-dir",
          "join-token",
          "join-token-file",
          "name",
          "hooks-dir",
          "hook-rescan",
          "hook-path",
          "slots",
          "plaintext",
          "ca-file",
          "builtins",
          "stop-grace",
          "shutdown-grace",
          "log-level");
  private static final Set<String> LEVELS = Set.of("error", "warn", "info", "debug", "trace");

  /**
   * Reads the configuration.
   *
   * @param flags settings of the command line, by name
   * @param environment the environment
   * @param configFile the file, if there is one
   * @throws ConfigFaultsException with all faults
   */
  static AgentConfig load(
      Map<String, String> flags, Map<String, String> environment, Optional<Path> configFile)
      throws ConfigFaultsException {
    List<String> fileFaults = new ArrayList<>();
    Map<String, String> file =
        configFile.map(path -> Settings.readFile(path, fileFaults)).orElse(Map.of());
    Settings settings = new Settings(flags, environment, file);
    fileFaults.forEach(settings::fault);
    settings.checkNames(NAMES, Set.of(LABEL_PREFIX, FACT_PREFIX));
    AgentConfig config = read(settings, environment);
    settings.throwIfFaulty();
    return config;
  }

  private static AgentConfig read(Settings settings, Map<String, String> environment) {
    Optional<ServerAddress> server = settings.value("server", ServerAddress::parse);
    if (settings.text("server").isEmpty()) {
      settings.fault("server: missing; say where the server is, HOST:PORT");
    }
    boolean plaintext = settings.value("plaintext", AgentConfig::flag).orElse(false);
    if (plaintext && server.isPresent() && !server.get().isLoopback()) {
      settings.fault("plaintext: for loopback addresses only, and " + server.get() + " is none");
    }
    Map<String, String> facts = settings.group(FACT_PREFIX);
    facts.forEach(
        (key, value) -> {
          if (key.length() > Limits.FACT_KEY_CHARS || value.length() > Limits.FACT_VALUE_CHARS) {
            settings.fault(FACT_PREFIX + key + ": a key has at most 63, a value 256 characters");
          }
        });
    return new AgentConfig(
        server.map(ServerAddress::toString).orElse(""),
        settings.value("state-dir", Path::of).orElse(DEFAULT_STATE_DIRECTORY),
        joinToken(settings, environment),
        settings.text("name").orElse(""),
        settings.group(LABEL_PREFIX),
        facts,
        settings.value("hooks-dir", Path::of),
        settings.value("hook-rescan", AgentConfig::span).orElse(Duration.ofSeconds(5)),
        settings.text("hook-path").orElse(HookSettings.DEFAULT_SEARCH_PATH),
        settings.value("slots", AgentConfig::slots).orElse(Limits.DEFAULT_SLOTS),
        plaintext,
        settings.value("ca-file", AgentConfig::contentOf),
        settings.value("builtins", AgentConfig::flag).orElse(true),
        settings
            .value("stop-grace", AgentConfig::spanUpToTenMinutes)
            .orElse(Limits.DEFAULT_CANCEL_GRACE),
        settings.value("shutdown-grace", AgentConfig::span).orElse(Duration.ofSeconds(10)),
        settings.value("log-level", AgentConfig::level).orElse("info"));
  }

  private static Optional<JoinToken> joinToken(Settings settings, Map<String, String> environment) {
    Optional<JoinToken> token = settings.value("join-token", AgentConfig::token);
    if (token.isEmpty()) {
      token = settings.value("join-token-file", path -> token(contentOf(path).strip()));
    }
    String variable = environment.get(JOIN_TOKEN_VARIABLE);
    if (token.isEmpty() && variable != null && !variable.isBlank()) {
      try {
        return Optional.of(token(variable.strip()));
      } catch (IllegalArgumentException e) {
        settings.fault(JOIN_TOKEN_VARIABLE + ": " + e.getMessage());
      }
    }
    return token;
  }

  private static JoinToken token(String text) {
    try {
      return JoinToken.parse(text);
    } catch (CredentialFormatException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static String contentOf(String path) {
    try {
      return Files.readString(Path.of(path));
    } catch (IOException e) {
      throw new IllegalArgumentException(path + " cannot be read", e);
    }
  }

  private static int slots(String text) {
    int slots = text.matches("\\d{1,3}") ? Integer.parseInt(text) : 0;
    if (slots < 1 || slots > Limits.MAX_SLOTS) {
      throw new IllegalArgumentException("\"" + text + "\" is not a number from 1 to 64");
    }
    return slots;
  }

  private static boolean flag(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      default -> throw new IllegalArgumentException("\"" + text + "\" is not true or false");
    };
  }

  private static Duration spanUpToTenMinutes(String text) {
    Duration span = span(text);
    if (span.compareTo(Limits.MAX_CANCEL_GRACE) > 0) {
      throw new IllegalArgumentException("at most 10 minutes");
    }
    return span;
  }

  private static Duration span(String text) {
    try {
      Duration span = Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
      if (!span.isNegative()) {
        return span;
      }
    } catch (DateTimeParseException e) {
      // Told below.
    }
    throw new IllegalArgumentException("\"" + text + "\" is not a span like 10s or 5m");
  }

  private static String level(String text) {
    if (!LEVELS.contains(text.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is none of " + LEVELS.stream().sorted().toList());
    }
    return text.toLowerCase(Locale.ROOT);
  }
}
