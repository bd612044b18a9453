// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The settings of a server, read and checked once. {@link Setting} documents each. A flag goes
 * before the environment, the environment before the file, the file before the default.
 *
 * @param dataDirectory directory of everything durable
 * @param agentAddress where agents connect
 * @param operatorAddress where operators connect
 * @param advertiseNames names by which clients reach the server; may be empty
 * @param plaintext whether there is no TLS
 * @param behindTlsProxy whether a proxy ends TLS before the server
 * @param heartbeatInterval how often each side of a session sends a sign of life
 * @param missedHeartbeats how many missed ones end a session
 * @param newSessionsPerSecond most sessions begun in a second
 * @param liveExecutionsPerDomain most executions of a domain that have not settled
 * @param lostSweepGrace how long after its start the server calls nothing LOST
 * @param metricsAddress where metrics are served; empty: nowhere
 * @param outputKept how long stored output is kept
 * @param outputStoreBytes most bytes of all stored output together
 * @param drainTimeout how long a stopping server waits for calls to end
 * @param reconnectSpread over which time a stopping server spreads the return of its agents
 */
public record ServerConfig(
    Path dataDirectory,
    ListenAddress agentAddress,
    ListenAddress operatorAddress,
    List<String> advertiseNames,
    boolean plaintext,
    boolean behindTlsProxy,
    Duration heartbeatInterval,
    int missedHeartbeats,
    int newSessionsPerSecond,
    int liveExecutionsPerDomain,
    Duration lostSweepGrace,
    Optional<ListenAddress> metricsAddress,
    Duration outputKept,
    long outputStoreBytes,
    Duration drainTimeout,
    Duration reconnectSpread) {
  /** Name of the settings file that is read where none is named. */
  public static final String FILE = "muster-server.properties";

  /** Copies the names. */
  public ServerConfig {
    advertiseNames = List.copyOf(advertiseNames);
  }

  /**
   * Reads the settings.
   *
   * @param file the settings file; empty: none
   * @param environment all environment variables; those that are not settings are left alone
   * @param flags values of the flags that were given, by key
   * @throws ConfigException with every fault, if there is one
   */
  public static ServerConfig read(
      Optional<Path> file, Map<String, String> environment, Map<String, String> flags)
      throws ConfigException {
    List<String> faults = new ArrayList<>();
    SettingValues values = new SettingValues(faults);
    file.ifPresent(
        path ->
            ConfigFile.read(path, faults)
                .forEach(
                    (key, line) ->
                        Setting.of(key)
                            .ifPresent(
                                setting ->
                                    values.set(
                                        setting, line.value(), path + " line " + line.number()))));
    for (Setting setting : Setting.values()) {
      String value = environment.get(setting.variable());
      if (value != null) {
        values.set(setting, value, setting.variable());
      }
    }
    flags.forEach(
        (key, value) ->
            Setting.of(key)
                .ifPresentOrElse(
                    setting -> values.set(setting, value, setting.flag()),
                    () -> faults.add("There is no setting " + key + ".")));
    ServerConfig config = of(values);
    if (!faults.isEmpty()) {
      throw new ConfigException(faults);
    }
    return config;
  }

  private static ServerConfig of(SettingValues values) {
    ServerConfig config =
        new ServerConfig(
            values.path(Setting.DATA_DIR),
            values.address(Setting.AGENT_ADDRESS),
            values.address(Setting.OPERATOR_ADDRESS),
            values.names(Setting.ADVERTISE),
            values.bool(Setting.PLAINTEXT),
            values.bool(Setting.BEHIND_TLS_PROXY),
            values.duration(Setting.HEARTBEAT_INTERVAL, "1s", "5m"),
            values.number(Setting.MISSED_HEARTBEATS, 2, 100),
            values.number(Setting.NEW_SESSIONS_PER_SECOND, 1, 100_000),
            values.number(Setting.LIVE_EXECUTIONS_PER_DOMAIN, 1, 1_000_000),
            values.duration(Setting.LOST_SWEEP_GRACE, "0s", "1h"),
            values.addressOrOff(Setting.METRICS_ADDRESS),
            values.duration(Setting.OUTPUT_KEPT, "1m", "3650d"),
            values.size(Setting.OUTPUT_STORE_SIZE, "64MiB", "16384GiB"),
            values.duration(Setting.DRAIN_TIMEOUT, "0s", "10m"),
            values.duration(Setting.RECONNECT_SPREAD, "0s", "10m"));
    config.checkExposure(values);
    return config;
  }

  /** Refuses plaintext where others could listen in. */
  private void checkExposure(SettingValues values) {
    if (behindTlsProxy && !plaintext) {
      values.fault(Setting.BEHIND_TLS_PROXY, "means something with plaintext = true only");
    }
    if (plaintext && !behindTlsProxy) {
      if (!agentAddress.isLoopback()) {
        values.fault(Setting.AGENT_ADDRESS, "is on loopback where plaintext = true");
      }
      if (!operatorAddress.isLoopback()) {
        values.fault(Setting.OPERATOR_ADDRESS, "is on loopback where plaintext = true");
      }
    }
  }
}
