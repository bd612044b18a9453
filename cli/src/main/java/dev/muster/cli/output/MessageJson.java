// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.ErrorInfo;

/** Messages as JSON: field names as in the proto files, zeros and empty lists included. */
public final class MessageJson {
  private static final TypeRegistry ERROR_DETAILS =
      TypeRegistry.newBuilder().add(ErrorInfo.getDescriptor().getFile().getMessageTypes()).build();
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer()
          .usingTypeRegistry(ERROR_DETAILS)
          .preservingProtoFieldNames()
          .alwaysPrintFieldsWithNoPresence();

  private MessageJson() {}

  /** Returns the message on several lines. */
  public static String document(MessageOrBuilder message) {
    return print(PRINTER, message);
  }

  /** Returns the message on one line. */
  public static String line(MessageOrBuilder message) {
    return print(PRINTER.omittingInsignificantWhitespace(), message);
  }

  private static String print(JsonFormat.Printer printer, MessageOrBuilder message) {
    try {
      return SafeText.json(printer.print(message));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("only an Any of an unknown type cannot be printed", e);
    }
  }
}
