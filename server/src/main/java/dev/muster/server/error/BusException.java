// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.error;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A refusal: the request failed, nothing was changed, and the caller is told why. The message is a
 * sentence for people; every variable of it is in the metadata as well. Knows nothing of how it
 * travels. Immutable.
 */
public final class BusException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorReason reason;
  private final transient Map<String, String> metadata;
  private final transient List<FieldViolation> violations;
  private final transient Optional<Duration> retryAfter;
  private final transient List<Holder> quotaHolders;

  /** Makes a refusal that needs no more than a sentence and its variables. */
  public BusException(ErrorReason reason, String message, Map<String, String> metadata) {
    this(of(reason).message(message).with(metadata));
  }

  private BusException(Builder builder) {
    super(builder.message, builder.cause);
    this.reason = builder.reason;
    this.metadata = Map.copyOf(builder.metadata);
    this.violations = List.copyOf(builder.violations);
    this.retryAfter = Optional.ofNullable(builder.retryAfter);
    this.quotaHolders = List.copyOf(builder.quotaHolders);
  }

  /** Begins a refusal for this reason. */
  public static Builder of(ErrorReason reason) {
    return new Builder(reason);
  }

  /** Returns why it was refused. */
  public ErrorReason reason() {
    return reason;
  }

  /** Returns the sentence for people. */
  public String sentence() {
    String message = getMessage();
    return message == null ? reason.name() : message;
  }

  /** Returns every variable of the sentence, by name. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Returns the fields at fault; empty where the request was well-formed. */
  public List<FieldViolation> violations() {
    return violations;
  }

  /** Returns how long to wait before trying again, where that is known. */
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /** Returns who holds most of what is used up, the greatest first; empty where nothing is. */
  public List<Holder> quotaHolders() {
    return quotaHolders;
  }

  /** Collects what a refusal tells. Not thread-safe. */
  public static final class Builder {
    private final ErrorReason reason;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<FieldViolation> violations = new ArrayList<>();
    private final List<Holder> quotaHolders = new ArrayList<>();
    private @Nullable String message;
    private @Nullable Duration retryAfter;
    private @Nullable Throwable cause;

    private Builder(ErrorReason reason) {
      this.reason = reason;
    }

    /** Sets the sentence: what happened and what to do. */
    @CanIgnoreReturnValue
    public Builder message(String message) {
      this.message = message;
      return this;
    }

    /** Adds a variable of the sentence. */
    @CanIgnoreReturnValue
    public Builder with(String key, Object value) {
      metadata.put(key, value.toString());
      return this;
    }

    /** Adds variables of the sentence. */
    @CanIgnoreReturnValue
    public Builder with(Map<String, String> metadata) {
      this.metadata.putAll(metadata);
      return this;
    }

    /** Adds a field at fault. */
    @CanIgnoreReturnValue
    public Builder violation(String field, String description) {
      violations.add(new FieldViolation(field, description));
      return this;
    }

    /** Adds fields at fault. */
    @CanIgnoreReturnValue
    public Builder violations(List<FieldViolation> violations) {
      this.violations.addAll(violations);
      return this;
    }

    /** Sets how long to wait before trying again. */
    @CanIgnoreReturnValue
    public Builder retryAfter(Duration retryAfter) {
      this.retryAfter = retryAfter;
      return this;
    }

    /** Adds one who holds part of what is used up. */
    @CanIgnoreReturnValue
    public Builder holder(String subject, long count) {
      quotaHolders.add(new Holder(subject, count));
      return this;
    }

    /** Sets what led to it: for our log, never for the caller. */
    @CanIgnoreReturnValue
    public Builder cause(Throwable cause) {
      this.cause = cause;
      return this;
    }

    /** Returns the refusal, to be thrown. */
    public BusException build() {
      return new BusException(this);
    }
  }
}
