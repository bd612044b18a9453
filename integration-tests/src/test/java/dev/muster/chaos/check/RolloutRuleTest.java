// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.InvocationCounts;
import dev.muster.proto.operator.v1.Rollout;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RolloutRuleTest {
  private final RolloutRule rule = new RolloutRule();
  private int opened;

  private static Scene scene(Rollout.Builder rollout) {
    return new Scene().execution(execution -> execution.setRollout(rollout));
  }

  /** The next node: begins, runs, and ends in a state. */
  private Scene node(Scene scene, int begin, int end, String state) {
    opened++;
    return scene.invocation(
        "i" + opened,
        "n" + opened,
        begin + " DISPATCHED dispatch",
        begin + " ACKNOWLEDGED node",
        begin + " STARTED node",
        end + " " + state + " node");
  }

  @Test
  void oneAtATime_eachBeginsWhenTheLastHasSettled() {
    Scene scene = scene(Rollout.newBuilder().setMaxParallel(1));
    node(scene, 0, 3, "SUCCEEDED");
    node(scene, 3, 5, "FAILED");
    node(scene, 6, 8, "SUCCEEDED");

    assertThat(scene.check(rule)).isEmpty();
  }

  @Test
  void moreThanMaxParallelUnderWay_isFound_alsoAsAShare() {
    for (Rollout.Builder rollout :
        List.of(
            Rollout.newBuilder().setMaxParallel(1),
            Rollout.newBuilder().setMaxParallelPercent(50))) {
      Scene scene = scene(rollout);
      node(scene, 0, 3, "SUCCEEDED");
      node(scene, 2, 5, "SUCCEEDED");

      assertThat(scene.check(rule))
          .singleElement()
          .satisfies(violation -> assertThat(violation.what()).contains("2 under way"));
    }
  }

  @Test
  void whatNeverReachedItsNode_isUnderWay_andWhatIsLost_isNot() {
    Scene waits = scene(Rollout.newBuilder().setMaxParallel(1));
    waits.invocation("i1", "n1", "0 PENDING dispatch", "9 EXPIRED clock");
    waits.invocation("i2", "n2", "5 PENDING dispatch", "9 EXPIRED clock");
    Scene lost = scene(Rollout.newBuilder().setMaxParallel(1));
    lost.invocation(
        "i1", "n1", "0 DISPATCHED dispatch", "4 LOST reconcile JOURNAL_LOST", "8 FAILED node");
    lost.invocation("i2", "n2", "5 PENDING dispatch", "9 EXPIRED clock");

    assertThat(waits.check(rule)).hasSize(1);
    assertThat(lost.check(rule)).isEmpty();
  }

  @Test
  void whatIsOpenedForItsEnd_isNoPortion() {
    Scene cancelled = scene(Rollout.newBuilder().setMaxParallel(1));
    node(cancelled, 0, 9, "SUCCEEDED");
    cancelled.invocation("i2", "n2", "5 PENDING dispatch", "5 CANCELLED operator");
    cancelled.invocation("i3", "n3", "5 PENDING dispatch", "5 CANCELLED operator");
    Scene expired = scene(Rollout.newBuilder().setMaxParallel(1));
    expired.execution(execution -> execution.setExpireTime(Scene.at(5)));
    node(expired, 0, 9, "SUCCEEDED");
    expired.invocation("i2", "n2", "5 PENDING dispatch", "6 EXPIRED clock");

    assertThat(cancelled.check(rule)).isEmpty();
    assertThat(expired.check(rule)).isEmpty();
  }

  @Test
  void othersBeforeTheCanarySucceeded_areFound_unlessItWasResumed() {
    Rollout.Builder canary = Rollout.newBuilder().setCanary(1);
    Scene early = node(node(scene(canary), 0, 3, "SUCCEEDED"), 2, 5, "SUCCEEDED");
    Scene inTime = node(node(scene(canary), 0, 3, "SUCCEEDED"), 3, 5, "SUCCEEDED");
    Scene failed = node(node(scene(canary), 0, 3, "FAILED"), 7, 9, "SUCCEEDED");
    Scene resumed =
        node(node(scene(canary), 0, 3, "FAILED"), 7, 9, "SUCCEEDED")
            .operated(Operated.Verb.RESUMED, 5, 6, answer -> {});

    assertThat(early.check(rule)).hasSize(1);
    assertThat(inTime.check(rule)).isEmpty();
    assertThat(failed.check(rule)).hasSize(1);
    assertThat(resumed.check(rule)).isEmpty();
  }

  @Test
  void anotherNodeBehindASpentBudget_isFound_unlessItWasResumed() {
    assertThat(threeInTurn("FAILED", "SUCCEEDED").check(rule)).isEmpty();
    for (String failure : List.of("FAILED", "TIMED_OUT")) {
      assertThat(threeInTurn("FAILED", failure).check(rule))
          .singleElement()
          .satisfies(violation -> assertThat(violation.what()).contains("2 pause it"));
    }
    assertThat(
            threeInTurn("FAILED", "FAILED")
                .operated(Operated.Verb.RESUMED, 5, 6, answer -> {})
                .check(rule))
        .isEmpty();
    assertThat(
            threeInTurn("FAILED", "FAILED")
                .operated(Operated.Verb.RESUMED, 8, 9, answer -> {})
                .check(rule))
        .hasSize(1);
  }

  private Scene threeInTurn(String first, String second) {
    Scene scene = scene(Rollout.newBuilder().setMaxParallel(1).setMaxFailures(2));
    node(scene, 0, 2, first);
    node(scene, 2, 4, second);
    return node(scene, 7, 9, "SUCCEEDED");
  }

  @Test
  void failureBesideTheNextNode_mayHaveBeenUnseen_whereMoreRunAtOnce() {
    Rollout.Builder twoAtOnce = Rollout.newBuilder().setMaxParallel(2).setMaxFailures(1);
    Scene unseen = scene(twoAtOnce);
    node(unseen, 0, 3, "SUCCEEDED");
    node(
        unseen, 0, 4, "FAILED"); // Beside the commit that opens the third in the room of the first.
    node(unseen, 4, 6, "SUCCEEDED");
    Scene seen = scene(twoAtOnce);
    node(seen, 0, 3, "FAILED");
    node(seen, 0, 8, "SUCCEEDED");
    node(seen, 4, 6, "SUCCEEDED");

    assertThat(unseen.check(rule)).isEmpty();
    assertThat(seen.check(rule)).hasSize(1);
  }

  @Test
  void oneAtATime_pausedWithAnotherNumberOfFailures_isFound() {
    assertThat(pausedWith(2).check(rule)).isEmpty();
    for (int failures : List.of(1, 3)) {
      assertThat(pausedWith(failures).check(rule))
          .singleElement()
          .satisfies(violation -> assertThat(violation.what()).startsWith("paused with"));
    }
  }

  private Scene pausedWith(int failures) {
    return scene(Rollout.newBuilder().setMaxParallel(1).setMaxFailures(2))
        .execution(execution -> execution.setCohortSize(4))
        .withoutCounts()
        .invocation("i1", "n1", "0 PENDING dispatch", "1 EXPIRED clock")
        .invocation("i2", "n2", "1 PENDING dispatch", "2 EXPIRED clock")
        .invocation("i3", "n3", "2 PENDING dispatch", "3 EXPIRED clock")
        .invocation("i4", "n4", "3 PENDING dispatch", "4 EXPIRED clock")
        .operated(
            Operated.Verb.LOOKED,
            5,
            5,
            answer ->
                answer
                    .setState(ExecutionState.EXECUTION_STATE_PAUSED)
                    .setStateReason("2 failures, and 2 pause it: 2 FAILED.")
                    .setCounts(InvocationCounts.newBuilder().setFailed(failures)));
  }
}
