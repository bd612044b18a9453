// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import dev.muster.chaos.check.Checker;
import dev.muster.chaos.check.Evidence;
import dev.muster.chaos.check.Mishap;
import dev.muster.chaos.check.Operated;
import dev.muster.chaos.check.Recorded;
import dev.muster.chaos.check.Trace;
import dev.muster.chaos.check.Violation;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.type.v1.InvocationState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came of a run of the breaker.
 *
 * @param faults how many there were, by kind
 * @param executions how many there were
 * @param refused how many requests were refused
 * @param states how many invocations ended in each state
 * @param runs how often hooks ran
 * @param lost how many invocations were LOST at some time
 * @param healed how many of them healed
 * @param rollouts how many executions went out in portions
 * @param paused how often one was found paused
 * @param resumed how often one was resumed
 * @param retried how many executions retry another
 * @param outputs how many large outputs were read back
 * @param cut how many of them are said to be cut
 * @param excused how many breaches are those of a copied journal that was resumed
 * @param violations what was not kept
 */
public record Verdict(
    Map<Mishap.Kind, Integer> faults,
    int executions,
    int refused,
    Map<InvocationState, Integer> states,
    int runs,
    int lost,
    int healed,
    int rollouts,
    int paused,
    int resumed,
    int retried,
    int outputs,
    int cut,
    int excused,
    List<Violation> violations) {
  /** Copies the list. */
  public Verdict {
    violations = List.copyOf(violations);
  }

  /** Counts what there was. */
  static Verdict of(Evidence evidence, List<Violation> violations) {
    Map<Mishap.Kind, Integer> faults = new TreeMap<>();
    evidence.mishaps().forEach(mishap -> faults.merge(mishap.kind(), 1, Integer::sum));
    Map<InvocationState, Integer> states = new TreeMap<>();
    int lost = 0;
    int healed = 0;
    for (Recorded recorded : evidence.recorded()) {
      for (GetInvocationResponse invocation : recorded.invocations()) {
        InvocationState state = invocation.getInvocation().getState();
        states.merge(state, 1, Integer::sum);
        boolean wasLost =
            invocation.getHistoryList().stream()
                .anyMatch(line -> line.getToState() == InvocationState.INVOCATION_STATE_LOST);
        if (wasLost) {
          lost++;
          healed += state == InvocationState.INVOCATION_STATE_LOST ? 0 : 1;
        }
      }
    }
    return new Verdict(
        faults,
        evidence.recorded().size(),
        (int) evidence.asked().stream().filter(asked -> !asked.refusal().isEmpty()).count(),
        states,
        (int) evidence.traces().stream().filter(trace -> trace.kind() == Trace.Kind.START).count(),
        lost,
        healed,
        (int) evidence.recorded().stream().filter(each -> each.execution().hasRollout()).count(),
        (int) evidence.deeds().operated().stream().filter(Verdict::isPaused).count(),
        (int)
            evidence.deeds().operated().stream()
                .filter(deed -> deed.verb() == Operated.Verb.RESUMED)
                .count(),
        evidence.deeds().retried().size(),
        evidence.outputs().kept().size(),
        (int) evidence.outputs().kept().stream().filter(kept -> kept.skipped() > 0).count(),
        Checker.excused(evidence),
        violations);
  }

  private static boolean isPaused(Operated deed) {
    return deed.verb() == Operated.Verb.LOOKED
        && deed.execution().getState() == ExecutionState.EXECUTION_STATE_PAUSED;
  }

  /** Returns whether every promise was kept. */
  public boolean isClean() {
    return violations.isEmpty();
  }

  /** Returns how many faults there were. */
  public int faultCount() {
    return faults.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Returns how many invocations there were. */
  public int invocations() {
    return states.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Returns the verdict for people. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("faults      " + faultCount() + " " + faults);
    lines.add("executions  " + executions + " (requests refused: " + refused + ")");
    Map<String, Integer> words = new TreeMap<>();
    states.forEach(
        (state, count) -> words.put(state.name().replace("INVOCATION_STATE_", ""), count));
    lines.add("invocations " + invocations() + " " + words);
    lines.add("runs        " + runs);
    lines.add("LOST        " + lost + " (healed: " + healed + ")");
    lines.add(
        "rollouts    "
            + rollouts
            + " (found paused: "
            + paused
            + ", resumed: "
            + resumed
            + "), retries "
            + retried);
    lines.add("outputs     " + outputs + " read back (cut: " + cut + ")");
    lines.add("excused     " + excused + " (a copy of a journal was resumed)");
    lines.add("violations  " + violations.size());
    violations.forEach(violation -> lines.add("  " + violation));
    return lines;
  }
}
