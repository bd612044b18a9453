// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.muster.proto.type.v1.ErrorReason;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Builds and reads the errors of both services: a {@code google.rpc.Status} with exactly one {@code
 * ErrorInfo} of the domain {@value #DOMAIN}, and further details where they help.
 *
 * <p>Most clients take no more than 8 KiB of trailers, and one that gets more sees a failure of the
 * transport instead of ours. So an error is bounded: long sentences and metadata values are cut,
 * and details that do not fit are shortened or left out.
 */
public final class WireErrors {
  /** The domain in every {@code ErrorInfo}. */
  public static final String DOMAIN = "muster.dev";

  private static final String PREFIX = "ERROR_REASON_";

  // A sentence travels twice: percent-encoded in grpc-message, and in the Status (base64).
  private static final int SENTENCE_BUDGET = 1_500;
  private static final int METADATA_VALUE_CHARS = 256;
  private static final int STATUS_BUDGET = 4_000;

  private WireErrors() {}

  /**
   * Returns an error to send.
   *
   * @param reason what went wrong; gives the status code
   * @param sentence what happened and what to do
   * @param metadata every variable of the sentence, and the correlation id
   * @param details further details, such as {@code BadRequest} or {@code RetryInfo}; not {@code
   *     ErrorInfo}
   */
  public static StatusRuntimeException exception(
      ErrorReason reason, String sentence, Map<String, String> metadata, Message... details) {
    ErrorInfo.Builder info = ErrorInfo.newBuilder().setReason(nameOf(reason)).setDomain(DOMAIN);
    metadata.forEach((key, value) -> info.putMetadata(key, cut(value, METADATA_VALUE_CHARS)));
    Status.Builder status =
        Status.newBuilder()
            .setCode(ErrorCodes.codeOf(reason).value())
            .setMessage(cutToEncodedLength(sentence, SENTENCE_BUDGET))
            .addDetails(Any.pack(info.build()));
    for (Message detail : details) {
      addWhatFits(status, detail);
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  /** Returns the name of a reason as {@code ErrorInfo} has it: without the prefix of the enum. */
  public static String nameOf(ErrorReason reason) {
    String name = reason.name();
    return name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
  }

  /**
   * Returns why a call failed: empty if the error, or a cause of it, carries none of our reasons,
   * or one that this side does not know.
   */
  public static Optional<ErrorReason> reasonOf(Throwable error) {
    return infoOf(error).flatMap(info -> parse(info.getReason()));
  }

  /** Returns the metadata of an error; empty if it is not ours. */
  public static Map<String, String> metadataOf(Throwable error) {
    return infoOf(error).map(ErrorInfo::getMetadataMap).orElse(Map.of());
  }

  /** Returns how long to wait before the next attempt, if the error says so. Never negative. */
  public static Optional<Duration> retryAfter(Throwable error) {
    return detail(error, RetryInfo.class)
        .filter(RetryInfo::hasRetryDelay)
        .map(RetryInfo::getRetryDelay)
        .map(delay -> Duration.ofSeconds(delay.getSeconds(), delay.getNanos()))
        .filter(delay -> !delay.isNegative());
  }

  /** Returns a detail of an error, if it carries one of this type. */
  public static <T extends Message> Optional<T> detail(Throwable error, Class<T> type) {
    Status status = StatusProto.fromThrowable(error);
    if (status == null) {
      return Optional.empty();
    }
    for (Any any : status.getDetailsList()) {
      if (any.is(type)) {
        try {
          return Optional.of(any.unpack(type));
        } catch (InvalidProtocolBufferException e) {
          return Optional.empty(); // A damaged detail tells nothing.
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<ErrorInfo> infoOf(Throwable error) {
    return detail(error, ErrorInfo.class).filter(info -> info.getDomain().equals(DOMAIN));
  }

  private static Optional<ErrorReason> parse(String name) {
    try {
      return Optional.of(ErrorReason.valueOf(PREFIX + name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static void addWhatFits(Status.Builder status, Message detail) {
    Any packed = Any.pack(detail);
    if (fits(status, packed)) {
      status.addDetails(packed);
    } else if (detail instanceof BadRequest badRequest) {
      firstViolations(status, badRequest.getFieldViolationsList());
    }
  }

  private static void firstViolations(
      Status.Builder status, List<BadRequest.FieldViolation> violations) {
    for (int count = violations.size() - 1; count > 0; count--) {
      Any packed =
          Any.pack(
              BadRequest.newBuilder().addAllFieldViolations(violations.subList(0, count)).build());
      if (fits(status, packed)) {
        status.addDetails(packed);
        return;
      }
    }
  }

  private static boolean fits(Status.Builder status, Any detail) {
    // 8: tag and length of the detail in the Status.
    return status.build().getSerializedSize() + detail.getSerializedSize() + 8 <= STATUS_BUDGET;
  }

  private static String cut(String text, int chars) {
    if (text.length() <= chars) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(chars - 2)) ? chars - 2 : chars - 1;
    return text.substring(0, end) + "…";
  }

  private static String cutToEncodedLength(String text, int budget) {
    int used = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      used += c >= ' ' && c < 0x7f && c != '%' ? 1 : 9;
      if (used > budget) {
        return cut(text, i);
      }
    }
    return text;
  }
}
