// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rollout;

import dev.muster.server.node.NodeId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;

/**
 * The next nodes of a cohort to be opened.
 *
 * @param nodes which
 * @param taken positions of all that have been opened, these included
 */
record Wave(List<NodeId> nodes, BitSet taken) {
  /**
   * Picks those that are connected, in the order of the cohort, and fills up with those that are
   * not.
   */
  static Wave pick(List<NodeId> cohort, BitSet taken, int size, Predicate<NodeId> isConnected) {
    BitSet after = (BitSet) taken.clone();
    List<NodeId> nodes = new ArrayList<>(size);
    List<Integer> absent = new ArrayList<>();
    for (int i = after.nextClearBit(0);
        i < cohort.size() && nodes.size() < size;
        i = after.nextClearBit(i + 1)) {
      if (isConnected.test(cohort.get(i))) {
        after.set(i);
        nodes.add(cohort.get(i));
      } else if (absent.size() < size) {
        absent.add(i);
      }
    }
    for (int i = 0; i < absent.size() && nodes.size() < size; i++) {
      after.set(absent.get(i));
      nodes.add(cohort.get(absent.get(i)));
    }
    return new Wave(nodes, after);
  }
}
