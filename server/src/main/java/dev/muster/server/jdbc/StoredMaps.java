// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import java.util.List;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Labels, facts and the like as the store keeps them: JSON objects. */
final class StoredMaps {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};
  private static final TypeReference<Map<String, List<String>>> CHOICES = new TypeReference<>() {};

  private StoredMaps() {}

  static String json(Map<String, ?> map) {
    return map.isEmpty() ? "{}" : JSON.writeValueAsString(map);
  }

  static Map<String, String> texts(String json) {
    return json.equals("{}") ? Map.of() : JSON.readValue(json, TEXTS);
  }

  static Map<String, List<String>> choices(String json) {
    return json.equals("{}") ? Map.of() : JSON.readValue(json, CHOICES);
  }
}
