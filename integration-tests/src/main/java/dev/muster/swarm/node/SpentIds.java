// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import java.util.UUID;

/**
 * Ids of invocations that are over and never run again, of all nodes together: two words each. The
 * newest are kept, at least {@value #GENERATION} and at most twice as many. Not thread-safe.
 */
public final class SpentIds {
  private static final int GENERATION = 500_000;
  private static final int FIRST_SLOTS = 1_024;

  private Table young = new Table();
  private Table old = new Table();

  /** Returns whether it is among them. */
  public boolean contains(UUID id) {
    return young.contains(id) || old.contains(id);
  }

  /** Adds one. */
  public void add(UUID id) {
    if (young.size == GENERATION) {
      old = young;
      young = new Table();
    }
    young.add(id);
  }

  /** Open addressing; zero stands for a free slot, which no UUID of a version is. */
  private static final class Table {
    private long[] words = new long[2 * FIRST_SLOTS];
    private int size;

    boolean contains(UUID id) {
      int slot = slotOf(words, id.getMostSignificantBits(), id.getLeastSignificantBits());
      return words[slot] != 0 || words[slot + 1] != 0;
    }

    void add(UUID id) {
      if (put(words, id.getMostSignificantBits(), id.getLeastSignificantBits())) {
        size++;
        if (size * 4 > words.length) {
          grow();
        }
      }
    }

    private void grow() {
      long[] larger = new long[words.length * 2];
      for (int i = 0; i < words.length; i += 2) {
        if (words[i] != 0 || words[i + 1] != 0) {
          put(larger, words[i], words[i + 1]);
        }
      }
      words = larger;
    }

    private static boolean put(long[] table, long most, long least) {
      int slot = slotOf(table, most, least);
      boolean isNew = table[slot] == 0 && table[slot + 1] == 0;
      table[slot] = most;
      table[slot + 1] = least;
      return isNew;
    }

    private static int slotOf(long[] table, long most, long least) {
      long mixed = (most ^ Long.rotateLeft(least, 32)) * 0x9e3779b97f4a7c15L;
      int mask = table.length / 2 - 1;
      int slot = (int) (mixed >>> 33) & mask;
      while (true) {
        int at = 2 * slot;
        boolean free = table[at] == 0 && table[at + 1] == 0;
        if (free || (table[at] == most && table[at + 1] == least)) {
          return at;
        }
        slot = (slot + 1) & mask;
      }
    }
  }
}
