// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

import dev.muster.agent.json.Json;
import dev.muster.wire.Limits;
import dev.muster.wire.StrictJson;
import dev.muster.wire.StrictJsonException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a run came to: success with data, or failure with a code and a sentence. Data is turned into
 * JSON when the result is made, so later changes of the object do not show. Immutable, thread-safe.
 */
public final class Result {
  private final Optional<String> dataJson;
  private final Optional<Failure> failure;

  /**
   * Why a run failed.
   *
   * @param code short code for machines, at most 128 characters
   * @param message sentence for people, at most 4,096 characters; longer ones are cut
   * @param detailsJson details as JSON text, at most 16 KiB
   */
  public record Failure(String code, String message, Optional<String> detailsJson) {
    /** Checks the code and cuts the message. */
    public Failure {
      if (code.isEmpty() || code.length() > Limits.ACTION_NAME_CHARS) {
        throw new IllegalArgumentException("a failure's code has 1 to 128 characters");
      }
      if (message.length() > Limits.ERROR_TEXT_CHARS) {
        message = message.substring(0, Limits.ERROR_TEXT_CHARS - 1) + "…";
      }
    }
  }

  private Result(Optional<String> dataJson, Optional<Failure> failure) {
    this.dataJson = dataJson;
    this.failure = failure;
  }

  /** Returns a success without data. */
  public static Result success() {
    return new Result(Optional.empty(), Optional.empty());
  }

  /**
   * Returns a success with data: a map, list, record, string, number or boolean.
   *
   * @throws IllegalArgumentException if it cannot be told in JSON, or takes more than 16 KiB
   */
  public static Result success(Object data) {
    return successJson(Json.write(data));
  }

  /**
   * Returns a success whose data is this JSON text, passed on as it is.
   *
   * @throws IllegalArgumentException if it is not one JSON value, or is larger than 16 KiB
   */
  public static Result successJson(String json) {
    return new Result(Optional.of(checked(json)), Optional.empty());
  }

  /** Returns a failure. */
  public static Result failure(String code, String message) {
    return new Result(Optional.empty(), Optional.of(new Failure(code, message, Optional.empty())));
  }

  /**
   * Returns a failure with details.
   *
   * @throws IllegalArgumentException if the details cannot be told in JSON, or take more than 16
   *     KiB
   */
  public static Result failure(String code, String message, Object details) {
    return new Result(
        Optional.empty(),
        Optional.of(new Failure(code, message, Optional.of(checked(Json.write(details))))));
  }

  /** Returns the data as JSON text. */
  public Optional<String> dataJson() {
    return dataJson;
  }

  /** Returns why it failed; empty on success. */
  public Optional<Failure> failure() {
    return failure;
  }

  private static String checked(String json) {
    try {
      StrictJson.checkValue(json.getBytes(StandardCharsets.UTF_8), Limits.RESULT_JSON_BYTES);
    } catch (StrictJsonException e) {
      throw new IllegalArgumentException("A result must be JSON: " + e.getMessage(), e);
    }
    return json;
  }

  @Override
  public String toString() {
    return failure.map(f -> "Result[failure " + f.code() + "]").orElse("Result[success]");
  }
}
