// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import dev.muster.cli.connection.ConnectionSettings;
import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.connection.Retries;
import dev.muster.cli.connection.SettingsException;
import dev.muster.cli.connection.SettingsReader;
import dev.muster.cli.connection.Sleeper;
import dev.muster.cli.output.OutputFormat;
import dev.muster.cli.output.Terminal;
import dev.muster.cli.watch.Follower;
import dev.muster.cli.watch.Interrupt;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * What every verb works with: the operator's terminal, the options of all verbs, and the way to the
 * server.
 */
public final class VerbContext {
  private final Terminal terminal;
  private final Map<String, String> environment;
  private final GlobalOptions options;
  private final InstantSource clock;
  private final Sleeper sleeper;
  private final RandomGenerator random;
  private final Interrupt.ShutdownHooks hooks;

  /** Makes a context. */
  public VerbContext(
      Terminal terminal,
      Map<String, String> environment,
      GlobalOptions options,
      InstantSource clock,
      Sleeper sleeper,
      RandomGenerator random,
      Interrupt.ShutdownHooks hooks) {
    this.terminal = terminal;
    this.environment = Map.copyOf(environment);
    this.options = options;
    this.clock = clock;
    this.sleeper = sleeper;
    this.random = random;
    this.hooks = hooks;
  }

  /** The operator's side. */
  public Terminal terminal() {
    return terminal;
  }

  /** How results are printed. */
  public OutputFormat format() {
    return options.format;
  }

  /**
   * Returns where the server is, and who asks.
   *
   * @throws SettingsException if that is not known
   */
  public ConnectionSettings settings() {
    return SettingsReader.read(options.connection, environment);
  }

  public Instant now() {
    return clock.instant();
  }

  public OperatorConnection connect() {
    return new OperatorConnection(settings(), new Retries(sleeper, random));
  }

  Follower follower(OperatorConnection connection) {
    return new Follower(connection, terminal, format(), sleeper, random, hooks);
  }

  Interrupt onInterrupt(Runnable farewell) {
    return new Interrupt(hooks, farewell);
  }
}
