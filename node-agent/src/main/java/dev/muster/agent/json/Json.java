// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.json;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonFactoryBuilder;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Turns values into JSON text and back. Loads its library on first use. Thread-safe. */
public final class Json {
  private Json() {}

  /** Loaded only once somebody needs it: an agent that never does stays small. */
  private static final class Mapper {
    static final JsonMapper INSTANCE =
        JsonMapper.builder(factory())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static JsonFactory factory() {
      JsonFactoryBuilder builder = JsonFactory.builder();
      return builder
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(70).build())
          .build();
    }
  }

  /**
   * Reads a value.
   *
   * @throws IllegalArgumentException if the text does not fit the type
   */
  public static <T> T read(String json, Class<T> type) {
    try {
      return Mapper.INSTANCE.readValue(json, type);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "The JSON does not fit " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Reads a tree.
   *
   * @throws IllegalArgumentException if the text is not JSON
   */
  public static JsonNode tree(byte[] json) {
    try {
      return Mapper.INSTANCE.readTree(json);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("Not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Writes a value.
   *
   * @throws IllegalArgumentException if it cannot be told in JSON
   */
  public static String write(Object value) {
    try {
      return Mapper.INSTANCE.writeValueAsString(value);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          value.getClass().getSimpleName() + " cannot be told in JSON: " + e.getOriginalMessage(),
          e);
    }
  }
}
