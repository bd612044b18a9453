// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.dispatch;

import dev.muster.server.catalog.Action;
import dev.muster.server.error.BusException;
import dev.muster.server.execution.IneligibleNode;
import dev.muster.server.execution.IneligiblePolicy;
import dev.muster.server.node.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a cohort on their way through the gates. What becomes of those that fail one is the
 * operator's to say: the whole dispatch is refused, or they are set aside with the reason. When
 * none is left, it is refused all the same. Used by one thread.
 */
final class Sieve {
  private final IneligiblePolicy policy;
  private final Map<Node, Action> declarations = new LinkedHashMap<>();
  private final List<IneligibleNode> ineligible = new ArrayList<>();
  private @Nullable Set<Action> actions; // of those that are left, once asked for
  private int left;

  /** Begins with a cohort, of which no declaration is known yet. */
  Sieve(IneligiblePolicy policy, int cohortSize) {
    this.policy = policy;
    this.left = cohortSize;
  }

  /** Notes what a node declares. */
  void declare(Node node, Action action) {
    declarations.put(node, action);
    actions = null;
  }

  /** Returns the nodes that are left, with what they declare. */
  Map<Node, Action> declarations() {
    return declarations;
  }

  /** Returns the different actions of the nodes that are left. */
  Set<Action> actions() {
    Set<Action> known = actions;
    if (known == null) {
      known = new LinkedHashSet<>(declarations.values());
      actions = known;
    }
    return known;
  }

  /** Returns those that were set aside, in the order of the gates. */
  List<IneligibleNode> ineligible() {
    return List.copyOf(ineligible);
  }

  /** Returns the nodes that are left and fail a test, in the order of the cohort. */
  List<Node> failing(Predicate<Map.Entry<Node, Action>> isUnfit) {
    return declarations.entrySet().stream().filter(isUnfit).map(Map.Entry::getKey).toList();
  }

  /**
   * Holds nodes back at a gate; none: all pass.
   *
   * @param refusal of some of the nodes
   * @throws BusException the refusal of them all
   */
  void holdBack(List<Node> unfit, Function<List<Node>, BusException> refusal) {
    if (unfit.isEmpty()) {
      return;
    }
    if (policy == IneligiblePolicy.FAIL || unfit.size() == left) {
      throw refusal.apply(unfit);
    }
    for (Node node : unfit) {
      BusException why = refusal.apply(List.of(node));
      ineligible.add(new IneligibleNode(node.id(), why.reason().name(), why.sentence()));
      declarations.remove(node);
    }
    actions = null;
    left -= unfit.size();
  }
}
