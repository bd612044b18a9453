// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.server.error.BusException;
import dev.muster.server.ledger.StoreException;
import dev.muster.wire.WireErrors;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns whatever a call failed with into what its caller is told: the only place that knows both.
 * Thread-safe.
 */
final class ErrorMapper {
  private static final Logger log = LoggerFactory.getLogger(ErrorMapper.class);
  private static final String OURS = "muster.";
  private static final java.time.Duration STORE_RETRY = java.time.Duration.ofSeconds(1);

  private final Supplier<UUID> incidentIds;

  ErrorMapper(Supplier<UUID> incidentIds) {
    this.incidentIds = incidentIds;
  }

  /** Returns what the caller of the method is told. */
  StatusRuntimeException map(
      Throwable failure, MethodDescriptor<?, ?> method, String correlationId) {
    Throwable cause = unwrap(failure);
    if (cause instanceof BusException refusal) {
      return refusal(refusal, correlationId);
    }
    if (cause instanceof StoreException) {
      log.warn(
          "{}: the store failed [correlation {}]",
          method.getFullMethodName(),
          correlationId,
          cause);
      return exception(
          ErrorReason.ERROR_REASON_STORE_UNAVAILABLE,
          "The store cannot be read or written now; try again.",
          Map.of(),
          correlationId,
          retryInfo(STORE_RETRY));
    }
    if (cause instanceof StatusRuntimeException status) {
      return ofStatus(status, method, correlationId);
    }
    return incident(cause, method, correlationId);
  }

  private static Throwable unwrap(Throwable failure) {
    Throwable inner = failure;
    while ((inner instanceof CompletionException || inner instanceof ExecutionException)
        && inner.getCause() != null) {
      inner = inner.getCause();
    }
    return inner;
  }

  private static StatusRuntimeException refusal(BusException refusal, String correlationId) {
    List<Message> details = new ArrayList<>();
    refusal.retryAfter().ifPresent(after -> details.add(retryInfo(after)));
    if (!refusal.quotaHolders().isEmpty()) {
      QuotaFailure.Builder quota = QuotaFailure.newBuilder();
      refusal
          .quotaHolders()
          .forEach(
              holder ->
                  quota.addViolations(
                      QuotaFailure.Violation.newBuilder()
                          .setSubject(holder.subject())
                          .setDescription(holder.subject() + " holds " + holder.count())));
      details.add(quota.build());
    }
    if (!refusal.violations().isEmpty()) {
      BadRequest.Builder bad = BadRequest.newBuilder();
      refusal
          .violations()
          .forEach(
              violation ->
                  bad.addFieldViolations(
                      BadRequest.FieldViolation.newBuilder()
                          .setField(violation.field())
                          .setDescription(violation.description())));
      details.add(bad.build());
    }
    return exception(
        ErrorReason.valueOf("ERROR_REASON_" + refusal.reason().name()),
        refusal.sentence(),
        refusal.metadata(),
        correlationId,
        details.toArray(new Message[0]));
  }

  /**
   * gRPC's own failures: what it says of our services becomes a reason of ours, the rest stays as
   * it is.
   */
  private StatusRuntimeException ofStatus(
      StatusRuntimeException failure, MethodDescriptor<?, ?> method, String correlationId) {
    Status status = failure.getStatus();
    if (!method.getFullMethodName().startsWith(OURS)) {
      return failure;
    }
    return switch (status.getCode()) {
      case UNIMPLEMENTED ->
          exception(
              ErrorReason.ERROR_REASON_SURFACE_NOT_PROVISIONED,
              "This server does not provide " + method.getBareMethodName() + ".",
              Map.of("surface", String.valueOf(method.getBareMethodName())),
              correlationId);
      case RESOURCE_EXHAUSTED ->
          exception(
              ErrorReason.ERROR_REASON_MESSAGE_TOO_LARGE,
              "The message is larger than this port takes.",
              Map.of(),
              correlationId);
      case INTERNAL ->
          isUnreadable(status)
              ? exception(
                  ErrorReason.ERROR_REASON_FIELD_INVALID,
                  "The request is not one message of the type that "
                      + method.getBareMethodName()
                      + " takes.",
                  Map.of("method", String.valueOf(method.getBareMethodName())),
                  correlationId)
              : incident(failure, method, correlationId);
      case CANCELLED, DEADLINE_EXCEEDED -> failure;
      case OK,
          UNKNOWN,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          FAILED_PRECONDITION,
          ABORTED,
          OUT_OF_RANGE,
          UNAVAILABLE,
          DATA_LOSS,
          UNAUTHENTICATED ->
          incident(failure, method, correlationId);
    };
  }

  /** The bytes are no such message, or a unary call has none or several. */
  private static boolean isUnreadable(Status status) {
    String description = String.valueOf(status.getDescription());
    return status.getCause() instanceof InvalidProtocolBufferException
        || description.contains("Half-closed without a request")
        || description.contains("Too many requests");
  }

  private StatusRuntimeException incident(
      Throwable failure, MethodDescriptor<?, ?> method, String correlationId) {
    String incidentId = incidentIds.get().toString();
    log.error(
        "incident {} in {} [correlation {}]",
        incidentId,
        method.getFullMethodName(),
        correlationId,
        failure);
    return exception(
        ErrorReason.ERROR_REASON_INCIDENT,
        "Something unforeseen happened; incident " + incidentId + " is in the server's log.",
        Map.of("incident_id", incidentId),
        correlationId);
  }

  private static StatusRuntimeException exception(
      ErrorReason reason,
      String sentence,
      Map<String, String> variables,
      String correlationId,
      Message... details) {
    Map<String, String> metadata = new LinkedHashMap<>(variables);
    metadata.put("correlation_id", correlationId);
    return WireErrors.exception(reason, sentence, metadata, details);
  }

  private static RetryInfo retryInfo(java.time.Duration after) {
    return RetryInfo.newBuilder()
        .setRetryDelay(
            Duration.newBuilder().setSeconds(after.getSeconds()).setNanos(after.getNano()))
        .build();
  }
}
