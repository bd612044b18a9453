// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.journal;

import java.util.UUID;

/** A set of UUIDs in two words each: a million take 32 MB at most. Grows only. Not thread-safe. */
final class IdSet {
  private long[] words = new long[2 * 16];
  private int size;
  private boolean hasZero;

  int size() {
    return size + (hasZero ? 1 : 0);
  }

  boolean contains(UUID id) {
    return isZero(id)
        ? hasZero
        : words[slotOf(words, id)] != 0 || words[slotOf(words, id) + 1] != 0;
  }

  /** Returns whether it is new. */
  boolean add(UUID id) {
    if (isZero(id)) {
      boolean added = !hasZero;
      hasZero = true;
      return added;
    }
    int slot = slotOf(words, id);
    if (words[slot] != 0 || words[slot + 1] != 0) {
      return false;
    }
    words[slot] = id.getMostSignificantBits();
    words[slot + 1] = id.getLeastSignificantBits();
    size++;
    if (size * 4 > words.length) {
      grow();
    }
    return true;
  }

  private void grow() {
    long[] larger = new long[words.length * 2];
    for (int i = 0; i < words.length; i += 2) {
      if (words[i] != 0 || words[i + 1] != 0) {
        int slot = slotOf(larger, new UUID(words[i], words[i + 1]));
        larger[slot] = words[i];
        larger[slot + 1] = words[i + 1];
      }
    }
    words = larger;
  }

  /** The slot that holds the id, or the free one where it belongs. */
  private static int slotOf(long[] words, UUID id) {
    long most = id.getMostSignificantBits();
    long least = id.getLeastSignificantBits();
    long mixed = (most ^ Long.rotateLeft(least, 32)) * 0x9e3779b97f4a7c15L;
    int slots = words.length / 2;
    int slot = (int) (mixed >>> 33) & (slots - 1);
    while (true) {
      int at = 2 * slot;
      boolean free = words[at] == 0 && words[at + 1] == 0;
      if (free || (words[at] == most && words[at + 1] == least)) {
        return at;
      }
      slot = (slot + 1) & (slots - 1);
    }
  }

  private static boolean isZero(UUID id) {
    return id.getMostSignificantBits() == 0 && id.getLeastSignificantBits() == 0;
  }
}
