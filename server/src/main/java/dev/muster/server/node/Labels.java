// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The labels of a node, in the syntax of Kubernetes: at most {@value #MAX_LABELS}. Compact, since a
 * server holds those of every node: one sorted array of keys and values, and equal texts and equal
 * labels are mostly shared. Immutable, thread-safe.
 */
public final class Labels {
  /** Most labels of a node. */
  public static final int MAX_LABELS = 64;

  private static final Interner<String> TEXTS = new Interner<>(14);
  private static final Interner<Labels> ALL = new Interner<>(12);
  private static final Labels NONE = new Labels(new String[0]);

  /** Keys, sorted, each followed by its value. */
  private final String[] entries;

  private Labels(String[] entries) {
    this.entries = entries;
  }

  /** Returns no labels. */
  public static Labels none() {
    return NONE;
  }

  /**
   * Returns these labels.
   *
   * @throws IllegalArgumentException if a key or a value is not of its form, or there are too many;
   *     the message is a sentence for the caller
   */
  public static Labels of(Map<String, String> labels) {
    if (labels.size() > MAX_LABELS) {
      throw new IllegalArgumentException("a node has at most " + MAX_LABELS + " labels");
    }
    String[] entries = new String[labels.size() * 2];
    int i = 0;
    for (Map.Entry<String, String> label : new TreeMap<>(labels).entrySet()) {
      LabelSyntax.faultOfKey(label.getKey()).ifPresent(Labels::refuse);
      LabelSyntax.faultOfValue(label.getValue()).ifPresent(Labels::refuse);
      entries[i++] = TEXTS.intern(label.getKey());
      entries[i++] = TEXTS.intern(label.getValue());
    }
    return entries.length == 0 ? NONE : ALL.intern(new Labels(entries));
  }

  /** Returns how many there are. */
  public int size() {
    return entries.length / 2;
  }

  /** Returns the value of a label, if there is one of this key. */
  public Optional<String> get(String key) {
    return Optional.ofNullable(find(key));
  }

  /** Returns them as an unmodifiable map, sorted by key. */
  public Map<String, String> asMap() {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < entries.length; i += 2) {
      map.put(entries[i], entries[i + 1]);
    }
    return Collections.unmodifiableMap(map);
  }

  /** As {@link #get}, without an object for the answer. */
  @Nullable String find(String key) {
    int low = 0;
    int high = size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = entries[middle * 2].compareTo(key);
      if (order == 0) {
        return entries[middle * 2 + 1];
      } else if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Labels that && Arrays.equals(entries, that.entries);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(entries);
  }

  /** Returns {@code key=value,…}, sorted by key. */
  @Override
  public String toString() {
    return asMap().entrySet().stream()
        .map(label -> label.getKey() + "=" + label.getValue())
        .collect(Collectors.joining(","));
  }

  private static void refuse(String fault) {
    throw new IllegalArgumentException(fault);
  }
}
