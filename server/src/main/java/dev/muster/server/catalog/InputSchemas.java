// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.muster.wire.Sha256;

/**
 * Compiled schemas, each once however many actions have it. Holds schemas of some 16 MiB of text at
 * most. Thread-safe.
 */
public final class InputSchemas {
  private static final long MAX_WEIGHT = 16L << 20;
  // What a small schema costs beside its text.
  private static final int ENTRY_WEIGHT = 4_096;

  private record Entry(InputSchema schema, int weight) {}

  private final Cache<Sha256, Entry> compiled =
      Caffeine.newBuilder()
          .maximumWeight(MAX_WEIGHT)
          .weigher((Sha256 digest, Entry entry) -> entry.weight)
          .build();

  /**
   * Returns the compiled form of a schema.
   *
   * @throws SchemaException if it cannot be used; that is found out anew each time
   */
  public InputSchema get(byte[] json) throws SchemaException {
    Sha256 digest = Sha256.hash(json);
    Entry known = compiled.getIfPresent(digest);
    if (known != null) {
      return known.schema;
    }
    InputSchema schema = InputSchema.compile(json);
    compiled.put(digest, new Entry(schema, json.length + ENTRY_WEIGHT));
    return schema;
  }
}
