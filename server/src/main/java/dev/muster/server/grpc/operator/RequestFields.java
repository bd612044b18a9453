// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.muster.server.error.Faults;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.grpc.CallContext;
import dev.muster.server.node.NodeId;
import dev.muster.server.request.RequestKey;
import dev.muster.wire.Limits;
import dev.muster.wire.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;

/**
 * Checks of single request fields, and digests of whole requests. What is wrong is FIELD_INVALID or
 * LIMIT_OUT_OF_RANGE.
 */
final class RequestFields {
  /** Longest free text of an operator, in characters. */
  static final int TEXT_CHARS = 4_096;

  private RequestFields() {}

  /** Returns a text, once it is no longer than it may be. */
  static String text(String field, String value, int maxChars) {
    if (value.length() > maxChars) {
      throw Faults.limit(field, "has " + value.length() + " characters; at most " + maxChars + ".");
    }
    if (value.indexOf('\0') >= 0) {
      throw Faults.field(field, "has a NUL character.");
    }
    return value;
  }

  /** Returns a text that must be there. */
  static String required(String field, String value, int maxChars) {
    if (value.isEmpty()) {
      throw Faults.field(field, "is required.");
    }
    return text(field, value, maxChars);
  }

  /** Returns the UUID that a field holds. */
  static UUID uuid(String field, String value) {
    if (value.isEmpty()) {
      throw Faults.field(field, "is required.");
    }
    return NodeId.tryParse(value)
        .map(NodeId::value)
        .orElseThrow(() -> Faults.field(field, "is not a UUID."));
  }

  /** Returns which execution a request names. */
  static ExecutionId executionId(String value) {
    return new ExecutionId(uuid("execution_id", value));
  }

  /** Returns the size of a page; 0 counts as the default. */
  static int pageSize(int size) {
    if (size < 0 || size > Limits.MAX_PAGE_SIZE) {
      throw Faults.limit(
          "page_size",
          "is "
              + size
              + "; 1 to "
              + Limits.MAX_PAGE_SIZE
              + ", or 0 for "
              + Limits.DEFAULT_PAGE_SIZE
              + ".");
    }
    return size == 0 ? Limits.DEFAULT_PAGE_SIZE : size;
  }

  /** Returns by what a repeat of a mutating request is recognised. */
  static RequestKey requestKey(
      CallContext caller, String projectId, String method, String requestId, Message request) {
    text("request_id", requestId, Limits.REQUEST_ID_CHARS);
    Sha256 body =
        requestId.isEmpty()
            ? Sha256.hash()
            : digest(request, "request_id"); // Hashed only if it is kept.
    return new RequestKey(caller.operator().id(), projectId, method, requestId, body);
  }

  /** Returns the digest of a request without some of its fields. */
  static Sha256 digest(Message request, String... without) {
    Message.Builder builder = request.toBuilder();
    for (String name : without) {
      FieldDescriptor field = request.getDescriptorForType().findFieldByName(name);
      if (field == null) {
        throw new IllegalArgumentException(
            request.getDescriptorForType().getFullName() + " has no field " + name);
      }
      builder.clearField(field);
    }
    Message rest = builder.build();
    byte[] bytes = new byte[rest.getSerializedSize()];
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.useDeterministicSerialization(); // Maps in one order.
      rest.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Memory does not fail.
    }
    return Sha256.hash(bytes);
  }
}
