// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.error.Faults;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Writes a Struct as JSON text. A Struct has doubles only, so a whole number is written without a
 * fraction, and one that a double may have changed is refused.
 */
final class StructJson {
  /** From here on, whole numbers have no double of their own. */
  private static final double EXACT_BELOW = 0x1p53;

  private final StringBuilder json = new StringBuilder();

  private StructJson() {}

  /**
   * Returns the JSON text as UTF-8.
   *
   * @throws BusException INPUT_INVALID for a number of 2^53 or more, or one that is not finite
   */
  static byte[] of(Struct struct) {
    StructJson writer = new StructJson();
    writer.object("", struct);
    return writer.json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void object(String pointer, Struct struct) {
    json.append('{');
    boolean first = true;
    for (Map.Entry<String, Value> field : struct.getFieldsMap().entrySet()) {
      if (!first) {
        json.append(',');
      }
      first = false;
      string(field.getKey());
      json.append(':');
      value(pointer + "/" + escaped(field.getKey()), field.getValue());
    }
    json.append('}');
  }

  private void list(String pointer, ListValue list) {
    json.append('[');
    for (int i = 0; i < list.getValuesCount(); i++) {
      if (i > 0) {
        json.append(',');
      }
      value(pointer + "/" + i, list.getValues(i));
    }
    json.append(']');
  }

  private void value(String pointer, Value value) {
    switch (value.getKindCase()) {
      case NULL_VALUE -> json.append("null");
      case BOOL_VALUE -> json.append(value.getBoolValue());
      case STRING_VALUE -> string(value.getStringValue());
      case NUMBER_VALUE -> number(pointer, value.getNumberValue());
      case STRUCT_VALUE -> object(pointer, value.getStructValue());
      case LIST_VALUE -> list(pointer, value.getListValue());
      case KIND_NOT_SET -> throw invalid(pointer, "has no value.");
    }
  }

  private void number(String pointer, double number) {
    if (!Double.isFinite(number)) {
      throw invalid(pointer, "is not a finite number.");
    }
    if (Math.abs(number) >= EXACT_BELOW) {
      throw invalid(
          pointer,
          "is a number of 2^53 or more, which a Struct does not carry exactly; use input_json.");
    }
    if (number == Math.rint(number) && !isNegativeZero(number)) {
      json.append((long) number);
    } else {
      json.append(number);
    }
  }

  private static boolean isNegativeZero(double number) {
    return number == 0 && Double.doubleToRawLongBits(number) != 0;
  }

  private void string(String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        default -> {
          if (c < 0x20) {
            json.append(String.format("\\u%04x", (int) c));
          } else {
            json.append(c);
          }
        }
      }
    }
    json.append('"');
  }

  /** As JSON pointers have it. */
  private static String escaped(String key) {
    return key.replace("~", "~0").replace("/", "~1");
  }

  private static BusException invalid(String pointer, String description) {
    return Faults.of(ErrorReason.INPUT_INVALID, pointer, description);
  }
}
