// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.muster.wire.Limits;
import dev.muster.wire.StrictJson;
import dev.muster.wire.StrictJsonException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The top fields of an input schema as a table. What a schema says beyond that, its text tells. */
public final class InputFields {
  private InputFields() {}

  /** Prints the fields; a sentence if there are none, or if the schema has no such form. */
  public static void print(String schemaJson, Terminal terminal) {
    terminal.line("");
    JsonObject properties = objectIn(parse(schemaJson), "properties");
    if (properties.isEmpty()) {
      terminal.line(
          schemaJson.isEmpty() ? "Takes no input." : "Its schema names no fields; see --schema.",
          Style.FAINT);
      return;
    }
    JsonElement required = parse(schemaJson).get("required");
    Table table = new Table("INPUT", "TYPE", "REQUIRED", "DEFAULT", "DESCRIPTION");
    for (Map.Entry<String, JsonElement> property : properties.entrySet()) {
      JsonObject field =
          property.getValue().isJsonObject()
              ? property.getValue().getAsJsonObject()
              : new JsonObject();
      table.row(
          Cell.of(property.getKey()),
          Cell.of(type(field)),
          Cell.of(contains(required, property.getKey()) ? "yes" : ""),
          Cell.of(field.has("default") ? field.get("default").toString() : ""),
          Cell.of(text(field.get("description"))));
    }
    table.printTo(terminal);
  }

  private static String type(JsonObject field) {
    if (field.get("enum") instanceof JsonArray values) {
      return String.join("|", values.asList().stream().map(InputFields::text).toList());
    }
    return text(field.get("type"));
  }

  private static JsonObject parse(String json) {
    try {
      // Bounds the depth: a node's text is not to be trusted.
      StrictJson.checkObject(json.getBytes(StandardCharsets.UTF_8), Limits.SCHEMA_BYTES);
      return JsonParser.parseString(json).getAsJsonObject();
    } catch (StrictJsonException | JsonParseException e) {
      return new JsonObject();
    }
  }

  private static JsonObject objectIn(JsonObject object, String name) {
    return object.get(name) instanceof JsonObject inner ? inner : new JsonObject();
  }

  private static boolean contains(@Nullable JsonElement array, String name) {
    return array instanceof JsonArray names
        && names.asList().stream().anyMatch(element -> text(element).equals(name));
  }

  private static String text(@Nullable JsonElement element) {
    if (element == null) {
      return "";
    }
    return element.isJsonPrimitive() ? element.getAsString() : element.toString();
  }
}
