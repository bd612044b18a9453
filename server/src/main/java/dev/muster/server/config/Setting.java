// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** One setting of the server: its key, what it is where nothing is said, and what it means. */
public enum Setting {
  /** Where everything durable is. */
  DATA_DIR("muster-data", "Directory of database, keys and certificates. One server at a time."),
  /** Listener of agents. */
  AGENT_ADDRESS("0.0.0.0:7443", "Where agents connect. Port 0: any free one."),
  /** Listener of operators. */
  OPERATOR_ADDRESS("0.0.0.0:7444", "Where operators connect. Port 0: any free one."),
  /** Names in the certificate. */
  ADVERTISE(
      "",
      "Names and addresses by which clients reach the server, separated by commas. The first is told in join commands;"
          + " all are in its certificate, beside localhost, 127.0.0.1 and the host's name."),
  /** No TLS. */
  PLAINTEXT(
      "false",
      "Serves without TLS. Only where both listeners are on loopback, or with behind_tls_proxy."),
  /** TLS ends elsewhere. */
  BEHIND_TLS_PROXY(
      "false",
      "Says that a proxy ends TLS before the server, and allows plaintext on any address."),
  /** Signs of life. */
  HEARTBEAT_INTERVAL(
      "20s", "How often each side of a session sends a sign of life. From 1s to 5m."),
  /** When a node counts as gone. */
  MISSED_HEARTBEATS("3", "How many missed heartbeats end a session. From 2 to 100."),
  /** Bound of the connect storm. */
  NEW_SESSIONS_PER_SECOND(
      "4000",
      "Most sessions begun in a second; agents above it are told when to come again. From 1 to 100000."),
  /** Ceiling of a domain. */
  LIVE_EXECUTIONS_PER_DOMAIN(
      "1000", "Most executions of a domain that have not settled. From 1 to 1000000."),
  /** No LOST after a start. */
  LOST_SWEEP_GRACE(
      "2m",
      "How long after its start the server calls nothing LOST: agents come back first. From 0s to 1h."),
  /** Metrics and health. */
  METRICS_ADDRESS("127.0.0.1:7445", "Where /metrics is served over HTTP; off: nowhere."),
  /** Age of stored output. */
  OUTPUT_KEPT(
      "14d",
      "How long output is kept that is too large for a report; later it is OUTPUT_EXPIRED. From 1m to 3650d."),
  /** Size of the output store. */
  OUTPUT_STORE_SIZE(
      "20GiB",
      "Most bytes that all stored output together may have; beyond, the oldest goes. From 64MiB to 16384GiB."),
  /** End of a drain. */
  DRAIN_TIMEOUT("30s", "How long a stopping server waits for calls to end. From 0s to 10m."),
  /** Spread of a drain. */
  RECONNECT_SPREAD(
      "10s", "Over which time a stopping server spreads the return of its agents. From 0s to 10m.");

  private final String defaultText;
  private final String description;

  Setting(String defaultText, String description) {
    this.defaultText = defaultText;
    this.description = description;
  }

  /** Returns the setting of this key; a flag may write {@code -} for {@code _}. */
  public static Optional<Setting> of(String key) {
    return Arrays.stream(values())
        .filter(setting -> setting.key().equals(key.replace('-', '_')))
        .findFirst();
  }

  /** Returns its key in the file, such as {@code agent_address}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns its environment variable, such as {@code MUSTER_AGENT_ADDRESS}. */
  public String variable() {
    return "MUSTER_" + name();
  }

  /** Returns its flag, such as {@code --agent-address}. */
  public String flag() {
    return "--" + key().replace('_', '-');
  }

  /** Returns what it is where nothing is said, as one would write it. */
  public String defaultText() {
    return defaultText;
  }

  /** Returns what it means, with its bounds. */
  public String description() {
    return description;
  }
}
