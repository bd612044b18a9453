// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One term of a selector: what it asks of the value of one key, null where the key is missing. */
sealed interface LabelRequirement {
  String key();

  boolean admits(@Nullable String value);

  /** Asks that the key is there. */
  record Exists(String key) implements LabelRequirement {
    @Override
    public boolean admits(@Nullable String value) {
      return value != null;
    }

    @Override
    public String toString() {
      return key;
    }
  }

  /** Asks that the key is missing. */
  record Absent(String key) implements LabelRequirement {
    @Override
    public boolean admits(@Nullable String value) {
      return value == null;
    }

    @Override
    public String toString() {
      return "!" + key;
    }
  }

  /** Asks that the key is there with one of these values. */
  record In(String key, Set<String> values) implements LabelRequirement {
    @Override
    public boolean admits(@Nullable String value) {
      return value != null && values.contains(value);
    }

    @Override
    public String toString() {
      return key + " in (" + String.join(",", new TreeSet<>(values)) + ")";
    }
  }

  /** Asks that the key is missing, or has none of these values. */
  record NotIn(String key, Set<String> values) implements LabelRequirement {
    @Override
    public boolean admits(@Nullable String value) {
      return value == null || !values.contains(value);
    }

    @Override
    public String toString() {
      return key + " notin (" + String.join(",", new TreeSet<>(values)) + ")";
    }
  }
}
