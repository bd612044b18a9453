// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.error;

import com.google.rpc.BadRequest;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.QuotaFailure;
import dev.muster.cli.ExitCode;
import dev.muster.cli.connection.Retries;
import dev.muster.cli.connection.ServerAddress;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.wire.WireErrors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A call that failed, and what to tell about it.
 *
 * @param sentence what happened and what to do
 * @param details a line each
 * @param exitCode what the process ends with
 */
public record Failure(String sentence, List<String> details, ExitCode exitCode) {
  private static final String CORRELATION_ID = "correlation_id";

  /** Copies the details. */
  public Failure {
    details = List.copyOf(details);
  }

  /**
   * Returns what to tell about the failure of a call.
   *
   * @param selector the selector that was typed; empty if none was
   */
  public static Failure of(StatusRuntimeException error, ServerAddress server, String selector) {
    Optional<ErrorReason> reason = WireErrors.reasonOf(error);
    Map<String, String> metadata = new TreeMap<>(WireErrors.metadataOf(error));
    return metadata.isEmpty() && reason.isEmpty()
        ? ofTransport(error, server)
        : ofServer(error, reason, metadata, selector);
  }

  private static Failure ofServer(
      StatusRuntimeException error,
      Optional<ErrorReason> reason,
      Map<String, String> metadata,
      String selector) {
    Status status = error.getStatus();
    String sentence =
        status.getDescription() == null ? "The server refused." : status.getDescription();
    List<String> details = new ArrayList<>();
    details.add(
        "reason: "
            + reason.map(WireErrors::nameOf).orElse("unknown here")
            + " ("
            + status.getCode()
            + ")");
    String correlationId = metadata.remove(CORRELATION_ID);
    reason
        .filter(ErrorReason.ERROR_REASON_MALFORMED_SELECTOR::equals)
        .ifPresent(malformed -> details.addAll(pointer(selector, metadata)));
    metadata.forEach((key, value) -> details.add(key + ": " + value));
    WireErrors.detail(error, BadRequest.class)
        .ifPresent(
            bad ->
                bad.getFieldViolationsList()
                    .forEach(
                        v -> details.add("field " + v.getField() + ": " + v.getDescription())));
    WireErrors.detail(error, PreconditionFailure.class)
        .ifPresent(
            failed ->
                failed
                    .getViolationsList()
                    .forEach(v -> details.add(v.getSubject() + ": " + v.getDescription())));
    WireErrors.detail(error, QuotaFailure.class)
        .ifPresent(
            quota ->
                quota
                    .getViolationsList()
                    .forEach(v -> details.add(v.getSubject() + ": " + v.getDescription())));
    reason.map(Failure::advice).filter(text -> !text.isEmpty()).ifPresent(details::add);
    if (correlationId != null) {
      details.add("correlation id: " + correlationId);
    }
    // A deadline with a reason is the node's: the server has answered.
    boolean nodeTimedOut = status.getCode() == Status.Code.DEADLINE_EXCEEDED;
    return new Failure(
        sentence, details, nodeTimedOut ? ExitCode.REFUSED : exitCode(status.getCode()));
  }

  /** What the command line offers against a refusal; empty if nothing. */
  private static String advice(ErrorReason reason) {
    return switch (reason) {
      case ERROR_REASON_CONFIRMATION_REQUIRED -> "try: --confirm";
      case ERROR_REASON_PREPARE_STALE -> "try: muster prepare again";
      case ERROR_REASON_CREDENTIAL_MISSING,
          ERROR_REASON_TOKEN_INVALID,
          ERROR_REASON_TOKEN_EXPIRED ->
          "try: --token-file FILE with a token of this server";
      default -> "";
    };
  }

  /** The server has not spoken: the network, TLS, or something that is not Muster. */
  private static Failure ofTransport(StatusRuntimeException error, ServerAddress server) {
    Status status = error.getStatus();
    String cause = rootMessage(error);
    List<String> details = new ArrayList<>();
    details.add("cause: " + cause + " (" + status.getCode() + ")");
    String sentence;
    if (Retries.isTrustFailure(error)) {
      boolean plaintext = cause.contains("not an SSL/TLS record");
      sentence =
          plaintext
              ? "The server at " + server + " does not speak TLS."
              : "The server at " + server + " is not trusted; nothing was sent to it.";
      details.add(
          plaintext
              ? "try: --plaintext, if it is on this machine"
              : "try: --ca FILE with tls/ca.pem of the server's data directory");
    } else if (status.getCode() == Status.Code.UNAVAILABLE) {
      sentence = "The server at " + server + " cannot be reached.";
      details.add("try: --server HOST:PORT; if --plaintext is given, leave it out");
    } else if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
      sentence = "The server at " + server + " did not answer in time.";
    } else {
      sentence = "The call to " + server + " failed.";
    }
    return new Failure(sentence, details, exitCode(status.getCode()));
  }

  /** The selector with a caret under its first bad character. */
  private static List<String> pointer(String selector, Map<String, String> metadata) {
    String offset = metadata.getOrDefault("offset", "");
    if (selector.isEmpty() || !offset.matches("\\d{1,4}")) {
      return List.of();
    }
    return List.of("  " + selector, "  " + " ".repeat(Integer.parseInt(offset)) + "^");
  }

  private static ExitCode exitCode(Status.Code code) {
    return switch (code) {
      case UNAVAILABLE, DEADLINE_EXCEEDED -> ExitCode.UNREACHABLE;
      case INTERNAL, UNKNOWN, DATA_LOSS, CANCELLED -> ExitCode.UNFORESEEN;
      case OK,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          RESOURCE_EXHAUSTED,
          FAILED_PRECONDITION,
          ABORTED,
          OUT_OF_RANGE,
          UNIMPLEMENTED,
          UNAUTHENTICATED ->
          ExitCode.REFUSED;
    };
  }

  private static String rootMessage(Throwable error) {
    String message = String.valueOf(error.getMessage());
    for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
      if (cause.getMessage() != null) {
        message = cause.getMessage();
      }
    }
    return message;
  }
}
