// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import java.util.List;

/**
 * Compares what the server says with what hooks really did, invocation by invocation. Knows nothing
 * of the server's code: its tables are written anew from the documentation. Pure and stateless.
 */
public final class Checker {
  private static final List<Rule> RULES =
      List.of(
          new DispatchRule(),
          new CountRule(),
          new PathRule(),
          new EpochRule(),
          new RunRule(),
          new RerunRule(),
          new BarrierRule(),
          new RolloutRule(),
          new RetryRule(),
          new OutputRule(),
          new LossRule(),
          new SettleRule());

  private Checker() {}

  /** Returns every broken promise; empty: all were kept. */
  public static List<Violation> check(Evidence evidence) {
    return broken(RULES, evidence);
  }

  /** Returns how many breaches were excused because a copy of a journal was resumed. */
  public static int excused(Evidence evidence) {
    List<Rule> rules = List.of(new RunRule(), new RerunRule());
    return broken(rules, evidence.withoutCopies()).size() - broken(rules, evidence).size();
  }

  private static List<Violation> broken(List<Rule> rules, Evidence evidence) {
    return rules.stream().flatMap(rule -> rule.check(evidence).stream()).toList();
  }
}
