// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.muster.agent.execution.RunSettings;
import dev.muster.agent.hook.HookSettings;
import dev.muster.wire.CredentialFormatException;
import dev.muster.wire.JoinToken;
import dev.muster.wire.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Collects what an {@link Agent} is made of; only the server and the state directory are required.
 * Not thread-safe.
 */
public final class AgentBuilder {
  private static final Duration DEFAULT_SHUTDOWN_GRACE = Duration.ofSeconds(10);
  private static final Duration DEFAULT_RESCAN = Duration.ofSeconds(5);

  Optional<String> server = Optional.empty();
  Optional<Path> stateDirectory = Optional.empty();
  Optional<JoinToken> joinToken = Optional.empty();
  String name = "";
  final Map<String, String> labels = new LinkedHashMap<>();
  final Map<String, String> facts = new LinkedHashMap<>();
  final List<Action> actions = new ArrayList<>();
  Optional<Executor> executor = Optional.empty();
  int slots = Limits.DEFAULT_SLOTS;
  boolean plaintext;
  Optional<String> caCertificatePem = Optional.empty();
  Optional<Path> hooksDirectory = Optional.empty();
  Duration hookRescan = DEFAULT_RESCAN;
  String hookSearchPath = HookSettings.DEFAULT_SEARCH_PATH;
  boolean builtins = true;
  Duration stopGrace = Limits.DEFAULT_CANCEL_GRACE;
  Duration shutdownGrace = DEFAULT_SHUTDOWN_GRACE;
  AgentListener listener = new AgentListener() {};

  AgentBuilder() {}

  /**
   * Sets where the server is: {@code HOST:PORT}; the port is 7443 where it is not said. Required.
   */
  @CanIgnoreReturnValue
  public AgentBuilder server(String hostAndPort) {
    server = Optional.of(hostAndPort);
    return this;
  }

  /**
   * Sets the directory where the agent keeps its key and its journal. Required; one for each agent,
   * on a disk that survives a restart.
   */
  @CanIgnoreReturnValue
  public AgentBuilder stateDirectory(Path directory) {
    stateDirectory = Optional.of(directory);
    return this;
  }

  /**
   * Sets the token with which a node that has no key gets one.
   *
   * @throws IllegalArgumentException if it is not of the form of one
   */
  @CanIgnoreReturnValue
  public AgentBuilder joinToken(String token) {
    try {
      joinToken = Optional.of(JoinToken.parse(token));
    } catch (CredentialFormatException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    return this;
  }

  /**
   * Sets the name that the node asks for when it enrolls. Default: the token's, or the server's
   * choice.
   */
  @CanIgnoreReturnValue
  public AgentBuilder name(String name) {
    this.name = name;
    return this;
  }

  /** Picks a label from those that the join token leaves open. */
  @CanIgnoreReturnValue
  public AgentBuilder label(String key, String value) {
    labels.put(key, value);
    return this;
  }

  /**
   * Adds to what the node says of itself: a key of at most 63, a value of at most 256 characters.
   */
  @CanIgnoreReturnValue
  public AgentBuilder fact(String key, String value) {
    if (key.isEmpty()
        || key.length() > Limits.FACT_KEY_CHARS
        || value.length() > Limits.FACT_VALUE_CHARS) {
      throw new IllegalArgumentException("a fact has a key of 1 to 63 and a value of at most 256");
    }
    facts.put(key, value);
    return this;
  }

  /** Adds an action. */
  @CanIgnoreReturnValue
  public AgentBuilder action(Action action) {
    actions.add(action);
    return this;
  }

  /**
   * Sets where handlers run; the caller closes it after the agent. Default: threads of the agent's
   * own, as many as slots.
   */
  @CanIgnoreReturnValue
  public AgentBuilder executor(Executor executor) {
    this.executor = Optional.of(executor);
    return this;
  }

  /** Sets how many runs go on at once: 1 to 64. Default: 4. */
  @CanIgnoreReturnValue
  public AgentBuilder slots(int slots) {
    this.slots = new RunSettings(slots, Duration.ZERO, Duration.ZERO).slots();
    return this;
  }

  /** Connects without TLS: to loopback addresses only. */
  @CanIgnoreReturnValue
  public AgentBuilder plaintext() {
    plaintext = true;
    return this;
  }

  /**
   * Sets the authority, PEM, that signed the server's certificate. Default: the one that enrollment
   * brought.
   */
  @CanIgnoreReturnValue
  public AgentBuilder caCertificate(String pem) {
    caCertificatePem = Optional.of(pem);
    return this;
  }

  /** Offers the executables of this directory as well. */
  @CanIgnoreReturnValue
  public AgentBuilder hooks(Path directory) {
    hooksDirectory = Optional.of(directory);
    return this;
  }

  /** Sets how often the directory of hooks is looked at. Default: 5 s. */
  @CanIgnoreReturnValue
  public AgentBuilder hookRescan(Duration interval) {
    if (interval.compareTo(Duration.ofMillis(10)) < 0) {
      throw new IllegalArgumentException("hooks are looked at every 10 ms at most");
    }
    hookRescan = interval;
    return this;
  }

  /** Sets the {@code PATH} of hooks. */
  @CanIgnoreReturnValue
  public AgentBuilder hookSearchPath(String path) {
    hookSearchPath = path;
    return this;
  }

  /** Leaves the built-in actions out. */
  @CanIgnoreReturnValue
  public AgentBuilder withoutBuiltins() {
    builtins = false;
    return this;
  }

  /** Sets how long a run has between the signal to stop and force. Default: 10 s. */
  @CanIgnoreReturnValue
  public AgentBuilder stopGrace(Duration grace) {
    stopGrace = new RunSettings(1, grace, Duration.ZERO).stopGrace();
    return this;
  }

  /**
   * Sets how long runs may go on when the agent is closed, before they are stopped. Default: 10 s.
   */
  @CanIgnoreReturnValue
  public AgentBuilder shutdownGrace(Duration grace) {
    if (grace.isNegative()) {
      throw new IllegalArgumentException("a grace is not negative");
    }
    shutdownGrace = grace;
    return this;
  }

  /** Sets who hears how the agent fares. */
  @CanIgnoreReturnValue
  public AgentBuilder listener(AgentListener listener) {
    this.listener = listener;
    return this;
  }

  /**
   * Makes the agent; it is not started.
   *
   * @throws IllegalArgumentException if something required is missing, or does not fit together
   */
  public Agent build() {
    return new Agent(this);
  }
}
