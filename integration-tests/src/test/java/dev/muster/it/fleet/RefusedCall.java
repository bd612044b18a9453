// SPDX-License-Identifier: Apache-2.0
package dev.muster.it.fleet;

import com.google.rpc.BadRequest;
import dev.muster.wire.WireErrors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Map;

/**
 * A call that was refused, as a client sees it.
 *
 * @param code status code
 * @param reason name of the reason; empty if the error is not Muster's
 * @param sentence the status's description
 * @param metadata metadata of the reason
 * @param fields fields that BadRequest names
 */
public record RefusedCall(
    Status.Code code,
    String reason,
    String sentence,
    Map<String, String> metadata,
    List<String> fields) {
  /** Copies the collections. */
  public RefusedCall {
    metadata = Map.copyOf(metadata);
    fields = List.copyOf(fields);
  }

  /**
   * Makes a call that must be refused.
   *
   * @throws AssertionError if it is not
   */
  public static RefusedCall of(Runnable call) {
    try {
      call.run();
    } catch (StatusRuntimeException e) {
      return of(e);
    }
    throw new AssertionError("the call was not refused");
  }

  /** Reads an error. */
  public static RefusedCall of(StatusRuntimeException error) {
    String sentence = error.getStatus().getDescription();
    return new RefusedCall(
        error.getStatus().getCode(),
        WireErrors.reasonOf(error).map(WireErrors::nameOf).orElse(""),
        sentence == null ? "" : sentence,
        WireErrors.metadataOf(error),
        WireErrors.detail(error, BadRequest.class).stream()
            .flatMap(bad -> bad.getFieldViolationsList().stream())
            .map(BadRequest.FieldViolation::getField)
            .toList());
  }

  /** Returns code and reason, as the error catalogue writes them. */
  public String codeAndReason() {
    return code + " " + reason;
  }

  /** Returns an entry of the metadata; empty if there is none. */
  public String detail(String key) {
    return metadata.getOrDefault(key, "");
  }
}
