// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Makes equal values one object, most of the time: a table of fixed size in which the newest value
 * of a slot stays. It keeps the common ones, costs nothing per value, and never grows. Thread-safe,
 * lock-free.
 */
final class Interner<T> {
  private final AtomicReferenceArray<T> slots;

  /** Makes a table of {@code 2^bits} slots. */
  Interner(int bits) {
    this.slots = new AtomicReferenceArray<>(1 << bits);
  }

  T intern(T value) {
    int hash = value.hashCode();
    int slot = (hash ^ (hash >>> 16)) & (slots.length() - 1);
    T known = slots.get(slot);
    if (value.equals(known)) {
      return known;
    }
    slots.set(slot, value);
    return value;
  }
}
