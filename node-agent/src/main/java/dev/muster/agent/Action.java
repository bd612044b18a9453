// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.muster.wire.Limits;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Something a node can do: a name, what operators should know of it, and the code that carries it
 * out.
 *
 * <pre>{@code
 * Action.named("rotate-key").danger(HIGH).schema(json).timeout(ofSeconds(30))
 *     .prepare(ctx -> Prepared.of(defaults, state))
 *     .execute((input, ctx) -> Result.success(Map.of("at", now)));
 * }</pre>
 *
 * <p>Immutable, thread-safe.
 */
public final class Action {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9._-]{0,126}[a-z0-9])?");

  private final Builder facts;
  private final ActionHandler handler;

  private Action(Builder facts, ActionHandler handler) {
    this.facts = new Builder(facts);
    this.handler = handler;
  }

  /**
   * Begins an action.
   *
   * @param name 1 to 128 characters of a-z, 0-9, '.', '_' and '-'; first and last a letter or digit
   * @throws IllegalArgumentException if the name is not of this form
   */
  public static Builder named(String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "\""
              + name
              + "\" is no name of an action: 1 to 128 characters of a-z, 0-9, '.', '_' and '-',"
              + " first and last a letter or digit.");
    }
    return new Builder(name);
  }

  /** Returns whether an action can have this name. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** Returns the name. */
  public String name() {
    return facts.name;
  }

  /** Returns how much harm it can do. */
  public Danger danger() {
    return facts.danger;
  }

  /** Returns the line for people. */
  public String summary() {
    return facts.summary;
  }

  /** Returns the version, as its author counts it. */
  public String version() {
    return facts.version;
  }

  /** Returns the schema of its input; empty: it takes {@code {}} only. */
  public Optional<String> schemaJson() {
    return facts.schemaJson;
  }

  /** Returns how long a run may take where the dispatch does not say. */
  public Optional<Duration> timeout() {
    return facts.timeout;
  }

  /** Returns whether a dispatch must be confirmed whatever the danger. */
  public boolean requiresConfirmation() {
    return facts.requiresConfirmation;
  }

  /** Returns whether running it again is harmless. */
  public boolean idempotent() {
    return facts.idempotent;
  }

  /** Returns whether a disabled node still runs it. */
  public boolean allowWhenDisabled() {
    return facts.allowWhenDisabled;
  }

  /** Returns the group of which never two run at once; empty: none. */
  public String exclusiveGroup() {
    return facts.exclusiveGroup;
  }

  /** Returns the code that carries it out. */
  public ActionHandler handler() {
    return handler;
  }

  /** Returns the code that answers PREPARE; empty: the answer is built from the schema. */
  public Optional<PrepareHandler> prepareHandler() {
    return facts.prepareHandler;
  }

  @Override
  public String toString() {
    return "Action[" + facts.name + "]";
  }

  /** Collects what there is to say about an action; {@link #execute} ends it. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private Danger danger = Danger.LOW;
    private String summary = "";
    private String version = "";
    private Optional<String> schemaJson = Optional.empty();
    private Optional<Duration> timeout = Optional.empty();
    private boolean requiresConfirmation;
    private boolean idempotent;
    private boolean allowWhenDisabled;
    private String exclusiveGroup = "";
    private Optional<PrepareHandler> prepareHandler = Optional.empty();

    private Builder(String name) {
      this.name = name;
    }

    private Builder(Builder other) {
      name = other.name;
      danger = other.danger;
      summary = other.summary;
      version = other.version;
      schemaJson = other.schemaJson;
      timeout = other.timeout;
      requiresConfirmation = other.requiresConfirmation;
      idempotent = other.idempotent;
      allowWhenDisabled = other.allowWhenDisabled;
      exclusiveGroup = other.exclusiveGroup;
      prepareHandler = other.prepareHandler;
    }

    /** Says how much harm it can do. Default: LOW. */
    @CanIgnoreReturnValue
    public Builder danger(Danger danger) {
      this.danger = danger;
      return this;
    }

    /** Says what it does, in a line of at most 256 characters. */
    @CanIgnoreReturnValue
    public Builder summary(String summary) {
      this.summary = atMost("summary", summary, Limits.SUMMARY_CHARS);
      return this;
    }

    /** Says its version, at most 64 characters; only shown. */
    @CanIgnoreReturnValue
    public Builder version(String version) {
      this.version = atMost("version", version, Limits.VERSION_CHARS);
      return this;
    }

    /**
     * Sets the JSON Schema (2020-12) of its input, at most 64 KiB. Names that it does not list are
     * refused unless it allows them. Without a schema the action takes {@code {}} only.
     */
    @CanIgnoreReturnValue
    public Builder schema(String json) {
      this.schemaJson = Optional.of(json);
      return this;
    }

    /** Says how long a run may take: 1 s to 24 h. Default: 10 minutes. */
    @CanIgnoreReturnValue
    public Builder timeout(Duration timeout) {
      if (timeout.compareTo(Limits.MIN_RUN_TIMEOUT) < 0
          || timeout.compareTo(Limits.MAX_RUN_TIMEOUT) > 0) {
        throw new IllegalArgumentException("a run timeout is from 1 s to 24 h");
      }
      this.timeout = Optional.of(timeout);
      return this;
    }

    /** Asks that a dispatch be confirmed whatever the danger. */
    @CanIgnoreReturnValue
    public Builder requiresConfirmation() {
      this.requiresConfirmation = true;
      return this;
    }

    /** Says that running it again is harmless: an agent that died in the middle then does so. */
    @CanIgnoreReturnValue
    public Builder idempotent() {
      this.idempotent = true;
      return this;
    }

    /** Says that a disabled node still runs it. */
    @CanIgnoreReturnValue
    public Builder allowWhenDisabled() {
      this.allowWhenDisabled = true;
      return this;
    }

    /** Names a group of which never two run at once on a node, at most 128 characters. */
    @CanIgnoreReturnValue
    public Builder exclusiveGroup(String group) {
      this.exclusiveGroup = atMost("exclusive group", group, Limits.ACTION_NAME_CHARS);
      return this;
    }

    /** Sets the code that answers PREPARE. */
    @CanIgnoreReturnValue
    public Builder prepare(PrepareHandler handler) {
      this.prepareHandler = Optional.of(handler);
      return this;
    }

    /** Sets the code that carries it out, and returns the action. */
    public Action execute(ActionHandler handler) {
      return new Action(this, handler);
    }

    private static String atMost(String what, String text, int chars) {
      if (text.length() > chars) {
        throw new IllegalArgumentException("a " + what + " has at most " + chars + " characters");
      }
      return text;
    }
  }
}
