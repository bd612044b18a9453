// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.InvocationCounts;
import dev.muster.proto.operator.v1.PrepareMode;
import dev.muster.proto.operator.v1.PreparePolicy;
import dev.muster.proto.type.v1.InvocationState;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** For each promise a story that keeps it, and one that does not. */
final class CheckerTest {
  private static final String[] SUCCEEDED = {
    "0 DISPATCHED dispatch", "1 ACKNOWLEDGED node", "1 STARTED node", "5 SUCCEEDED node"
  };

  private static Scene succeeded() {
    return new Scene()
        .execution(e -> e.setState(ExecutionState.EXECUTION_STATE_SUCCEEDED))
        .invocation("i1", "a", SUCCEEDED);
  }

  private static List<String> rules(Scene scene) {
    return scene.check().stream().map(Violation::rule).distinct().toList();
  }

  @Test
  void plainRun_keepsEveryPromise() {
    assertThat(succeeded().ran("a", "i1").check()).isEmpty();
  }

  // ---- Runs ----

  @Test
  void secondRun_isFound() {
    assertThat(rules(succeeded().ran("a", "i1").ran("a", "i1")))
        .containsExactly("at most one run per invocation");
  }

  @Test
  void attemptThatTheHistoryDoesNotTell_isFound_andOneThatItTells_isNot() {
    Scene told =
        again("2 (STARTED) reconcile attempt2")
            .trace("a", Trace.Kind.START, "i1", 1)
            .trace("a", Trace.Kind.START, "i1", 2)
            .trace("a", Trace.Kind.END, "i1", 2);
    Scene untold =
        again("2 (STARTED) reconcile RESUMED")
            .trace("a", Trace.Kind.START, "i1", 1)
            .trace("a", Trace.Kind.START, "i1", 2)
            .trace("a", Trace.Kind.END, "i1", 2);
    Scene twice =
        again("2 (STARTED) reconcile attempt2")
            .ran("a", "i1")
            .trace("a", Trace.Kind.START, "i1", 2)
            .trace("a", Trace.Kind.START, "i1", 2);

    assertThat(told.check()).isEmpty();
    assertThat(rules(untold)).containsExactly("at most one run per invocation");
    assertThat(rules(twice)).containsExactly("at most one run per invocation");
  }

  @Test
  void secondRunOfWhatWasResumedFromACopy_isExcused_andNothingElseIs() {
    String[] resumed = {
      "0 DISPATCHED dispatch",
      "1 ACKNOWLEDGED node",
      "3 (ACKNOWLEDGED) reconcile RESUMED",
      "4 STARTED node",
      "5 SUCCEEDED node"
    };
    String[] handedOverAgain = {
      "0 DISPATCHED dispatch",
      "1 PENDING reconcile NEVER_RECEIVED",
      "2 DISPATCHED courier",
      "2 ACKNOWLEDGED node",
      "3 (ACKNOWLEDGED) reconcile RESUMED",
      "4 STARTED node",
      "5 SUCCEEDED node"
    };

    assertThat(twice(resumed).mishap(Mishap.Kind.JOURNAL_CLONED, "a", 2, 9).check()).isEmpty();
    assertThat(twice(resumed).mishap(Mishap.Kind.JOURNAL_RESTORED, "a", 2, 3).check()).isEmpty();
    for (Scene scene :
        List.of(
            twice(resumed),
            twice(resumed).mishap(Mishap.Kind.JOURNAL_LOST, "a", 2, 3),
            twice(resumed).mishap(Mishap.Kind.JOURNAL_CLONED, "b", 2, 9),
            twice(resumed).mishap(Mishap.Kind.JOURNAL_CLONED, "a", 6, 9),
            twice(handedOverAgain).mishap(Mishap.Kind.JOURNAL_CLONED, "a", 2, 9))) {
      assertThat(rules(scene)).containsExactly("at most one run per invocation");
    }
  }

  private static Scene twice(String... history) {
    return new Scene()
        .execution(e -> e.setState(ExecutionState.EXECUTION_STATE_SUCCEEDED))
        .invocation("i1", "a", history)
        .ran("a", "i1")
        .ran("a", "i1");
  }

  private static Scene again(String evidence) {
    return new Scene()
        .execution(e -> e.setAction("again").setState(ExecutionState.EXECUTION_STATE_SUCCEEDED))
        .invocation(
            "i1",
            "a",
            "0 DISPATCHED dispatch",
            "1 ACKNOWLEDGED node",
            "1 STARTED node",
            evidence,
            "5 SUCCEEDED node");
  }

  @Test
  void succeededThatNeverRan_orNeverEnded_isFound() {
    assertThat(rules(succeeded())).containsExactly("a state says truly whether it ran");
    assertThat(rules(succeeded().trace("a", Trace.Kind.START, "i1", 1)))
        .containsExactly("a state says truly whether it ran");
  }

  @Test
  void failedAndTimedOutThatNeverRan_areFound() {
    for (String end : List.of("FAILED", "TIMED_OUT")) {
      Scene scene =
          new Scene()
              .invocation(
                  "i1",
                  "a",
                  "0 DISPATCHED dispatch",
                  "1 ACKNOWLEDGED node",
                  "1 STARTED node",
                  "5 " + end + " node");

      assertThat(rules(scene)).containsExactly("a state says truly whether it ran");
    }
  }

  @Test
  void whatDidNotRun_andRan_isFound() {
    for (String end : List.of("REJECTED gate", "EXPIRED clock")) {
      Scene scene = new Scene().invocation("i1", "a", "0 PENDING dispatch", "5 " + end);

      assertThat(rules(scene.ran("a", "i1"))).containsExactly("a state says truly whether it ran");
    }
  }

  @Test
  void cancelledBeforeItStarted_andRan_isFound() {
    Scene scene = new Scene().invocation("i1", "a", "0 PENDING dispatch", "5 CANCELLED operator");

    assertThat(rules(scene.ran("a", "i1"))).containsExactly("a state says truly whether it ran");
  }

  @Test
  void cancelledWhileItRan_andNeverRan_isFound_unlessItWasShort() {
    Scene late = cancelledAt("5");
    Scene soon = cancelledAt("1.2");

    assertThat(rules(late)).containsExactly("a state says truly whether it ran");
    assertThat(soon.check()).isEmpty();
  }

  private static Scene cancelledAt(String second) {
    return new Scene()
        .invocation(
            "i1",
            "a",
            invocation -> invocation.setStarted(true),
            "0 DISPATCHED dispatch",
            "1 ACKNOWLEDGED node",
            "1 STARTED node",
            second + " CANCELLED node");
  }

  @Test
  void runOnAnotherNode_isFound() {
    assertThat(rules(succeeded().ran("b", "i1"))).containsExactly("an invocation runs on its node");
  }

  @Test
  void runOfWhatTheServerDoesNotKnow_isFound() {
    assertThat(rules(succeeded().ran("a", "i1").ran("a", "i2")))
        .containsExactly("nothing runs that is not recorded");
  }

  @Test
  void overlapInAGroup_isFound() {
    assertThat(rules(succeeded().ran("a", "i1").trace("a", Trace.Kind.OVERLAP, "i1", 1)))
        .containsExactly("two of one group never overlap");
  }

  @Test
  void runOfAnAbortedExecution_isFound() {
    Scene scene =
        new Scene()
            .execution(e -> e.setState(ExecutionState.EXECUTION_STATE_ABORTED))
            .invocation("i1", "a", "0 PENDING dispatch", "5 CANCELLED barrier")
            .ran("a", "i1");

    assertThat(rules(scene)).contains("ABORTED ran nowhere");
  }

  // ---- Dispatches ----

  @Test
  void acknowledgedDispatchThatIsGone_isFound() {
    Scene scene =
        succeeded()
            .ran("a", "i1")
            .asked(new Asked("r1", Set.of("e1"), ""))
            .asked(new Asked("r2", Set.of("e2"), ""));

    assertThat(rules(scene)).containsExactly("an acknowledged dispatch exists");
  }

  @Test
  void requestThatMadeTwo_isFound_alsoWhereNobodyWasToldOfOne() {
    Scene both = succeeded().ran("a", "i1").asked(new Asked("r1", Set.of("e1", "e2"), ""));
    Scene untold = succeeded().ran("a", "i1").asked(new Asked("r1", Set.of(), ""));

    assertThat(rules(both)).contains("one request, one execution");
    assertThat(rules(untold)).containsExactly("one request, one execution");
  }

  @Test
  void refusalThatMadeSomething_isFound() {
    Scene scene =
        succeeded().ran("a", "i1").asked(new Asked("r1", Set.of("e1"), "INVALID_ARGUMENT"));

    assertThat(rules(scene)).containsExactly("a refusal is final");
  }

  // ---- Counts ----

  @Test
  void countsThatDoNotAddUp_areFound() {
    Scene scene =
        succeeded()
            .ran("a", "i1")
            .withoutCounts()
            .execution(
                e ->
                    e.setCohortSize(1)
                        .setCounts(InvocationCounts.newBuilder().setSucceeded(1).setLost(1)));

    assertThat(rules(scene)).containsExactly("counts add up");
  }

  @Test
  void cohortOfAnotherSize_isFound() {
    Scene scene =
        succeeded()
            .ran("a", "i1")
            .withoutCounts()
            .execution(
                e -> e.setCohortSize(2).setCounts(InvocationCounts.newBuilder().setSucceeded(1)));

    assertThat(rules(scene)).containsExactly("counts add up");
  }

  @Test
  void executionThatIsNotWhatItsInvocationsAre_isFound() {
    for (ExecutionState state :
        List.of(ExecutionState.EXECUTION_STATE_FAILED, ExecutionState.EXECUTION_STATE_RUNNING)) {
      Scene scene = succeeded().ran("a", "i1").execution(e -> e.setState(state));

      assertThat(rules(scene)).containsExactly("an execution is what its invocations are");
    }
  }

  // ---- Paths ----

  @Test
  void moveThatIsNotInTheTable_isFound() {
    Scene scene =
        new Scene()
            .execution(e -> e.setState(ExecutionState.EXECUTION_STATE_SUCCEEDED))
            .invocation("i1", "a", "0 DISPATCHED dispatch", "1 SUCCEEDED node")
            .ran("a", "i1");

    assertThat(rules(scene)).containsExactly("every history is a path of the table");
  }

  @Test
  void moveByTheWrongSide_isFound() {
    Scene byNode = new Scene().invocation("i1", "a", "0 PENDING dispatch", "1 EXPIRED node");
    Scene byClock =
        new Scene()
            .invocation(
                "i1",
                "a",
                "0 DISPATCHED dispatch",
                "1 ACKNOWLEDGED node",
                "1 STARTED node",
                "9 FAILED clock")
            .ran("a", "i1");

    assertThat(rules(byNode)).containsExactly("every history is a path of the table");
    assertThat(rules(byClock)).containsExactly("every history is a path of the table");
  }

  @Test
  void moveOutOfASettledState_isFound() {
    Scene scene =
        new Scene()
            .invocation("i1", "a", "0 PENDING dispatch", "1 EXPIRED clock", "2 PENDING reconcile")
            .invocation("i2", "a", "0 PENDING dispatch", "1 EXPIRED clock")
            .execution(e -> e.setState(ExecutionState.EXECUTION_STATE_RUNNING));

    assertThat(rules(scene)).contains("every history is a path of the table");
  }

  @Test
  void historyThatEndsElsewhere_isFound() {
    Scene scene =
        new Scene()
            .invocation(
                "i1",
                "a",
                invocation -> invocation.setState(InvocationState.INVOCATION_STATE_REJECTED),
                "0 PENDING dispatch",
                "1 EXPIRED clock");

    assertThat(rules(scene)).containsExactly("every history is a path of the table");
  }

  @Test
  void epochAndTimeThatGoBack_areFound() {
    Scene epoch =
        new Scene()
            .execution(e -> e.setState(ExecutionState.EXECUTION_STATE_SUCCEEDED))
            .invocation(
                "i1",
                "a",
                "0 DISPATCHED dispatch epoch4",
                "1 ACKNOWLEDGED node epoch5",
                "1 STARTED node epoch4",
                "5 SUCCEEDED node epoch5")
            .ran("a", "i1");
    Scene time = new Scene().invocation("i1", "a", "5 PENDING dispatch", "1 EXPIRED clock");

    assertThat(rules(epoch)).containsExactly("every history is a path of the table");
    assertThat(rules(time)).containsExactly("every history is a path of the table");
  }

  @Test
  void handOverOfWhatWasNotReady_isFound() {
    Scene scene =
        succeeded()
            .ran("a", "i1")
            .execution(
                e ->
                    e.setPrepare(
                        PreparePolicy.newBuilder().setMode(PrepareMode.PREPARE_MODE_EACH)));

    assertThat(rules(scene)).containsExactly("every history is a path of the table");
  }

  // ---- Barriers ----

  @Test
  void barrierThatOpensWithoutItsQuorum_isFound_andOneThatHasIt_isNot() {
    Scene together = barrier("1", "2", "3");
    Scene apart = barrier("1", "5", "3");

    assertThat(together.check()).isEmpty();
    assertThat(rules(apart)).containsExactly("a barrier opens with its quorum");
  }

  private static Scene barrier(String firstReady, String secondReady, String firstHandedOver) {
    String secondHandedOver = "7";
    return new Scene()
        .execution(
            e ->
                e.setState(ExecutionState.EXECUTION_STATE_SUCCEEDED)
                    .setPrepare(
                        PreparePolicy.newBuilder().setMode(PrepareMode.PREPARE_MODE_BARRIER)))
        .invocation(
            "i1",
            "a",
            "0 PREPARING dispatch",
            firstReady + " PREPARED node",
            firstHandedOver + " DISPATCHED barrier",
            "8 ACKNOWLEDGED node",
            "8 STARTED node",
            "9 SUCCEEDED node")
        .invocation(
            "i2",
            "b",
            "0 PREPARING dispatch",
            secondReady + " PREPARED node",
            secondHandedOver + " DISPATCHED barrier",
            "8 ACKNOWLEDGED node",
            "8 STARTED node",
            "9 SUCCEEDED node")
        .ran("a", "i1")
        .ran("b", "i2");
  }

  // ---- LOST ----

  @Test
  void agentThatDiedInTheRun_mustHaveDied() {
    Scene alive = lost("AGENT_DIED_IN_RUN");
    Scene stopped = lost("AGENT_DIED_IN_RUN").mishap(Mishap.Kind.AGENT_STOPPED, "a", 2, 3);
    Scene other = lost("AGENT_DIED_IN_RUN").mishap(Mishap.Kind.AGENT_KILLED, "b", 2, 3);
    Scene dead = lost("AGENT_DIED_IN_RUN").mishap(Mishap.Kind.AGENT_KILLED, "a", 2, 3);

    assertThat(rules(alive)).containsExactly("LOST only where nobody can know");
    assertThat(rules(stopped)).containsExactly("LOST only where nobody can know");
    assertThat(rules(other)).containsExactly("LOST only where nobody can know");
    assertThat(dead.check()).isEmpty();
  }

  @Test
  void lostJournal_mustHaveBeenLost_sinceTheHandOver() {
    Scene whole = lost("JOURNAL_LOST").mishap(Mishap.Kind.AGENT_KILLED, "a", 2, 3);
    Scene before = lost("JOURNAL_LOST").mishap(Mishap.Kind.JOURNAL_LOST, "a", -20, -10);
    Scene since = lost("JOURNAL_LOST").mishap(Mishap.Kind.JOURNAL_LOST, "a", 2, 3);

    assertThat(rules(whole)).containsExactly("LOST only where nobody can know");
    assertThat(rules(before)).containsExactly("LOST only where nobody can know");
    assertThat(since.check()).isEmpty();
  }

  @Test
  void lostForAnyOtherReason_isFound() {
    assertThat(rules(lost("WHATEVER"))).containsExactly("LOST only where nobody can know");
  }

  private static Scene lost(String reason) {
    return new Scene()
        .invocation(
            "i1",
            "a",
            "0 DISPATCHED dispatch",
            "1 ACKNOWLEDGED node",
            "1 STARTED node",
            "5 LOST reconcile " + reason);
  }

  @Test
  void lostByTheClock_beforeItsReportIsDue_isFound() {
    assertThat(rules(overdue(60))).containsExactly("LOST only where nobody can know");
  }

  @Test
  void lostByTheClock_whileItsAgentWasThereToTell_isFound() {
    assertThat(overdue(131).present("a", 0, 20).check()).isEmpty();
    assertThat(rules(overdue(131).present("a", 60, 120)))
        .containsExactly("LOST only where nobody can know");
  }

  @Test
  void lostThatDoesNotHeal_thoughItsAgentIsBack_isFound() {
    assertThat(rules(overdue(131).present("a", 150, 200)))
        .containsExactly("LOST only where nobody can know");
    assertThat(overdue(131, "160 FAILED reconcile").ran("a", "i1").present("a", 150, 200).check())
        .isEmpty();
  }

  @Test
  void lostThatDoesNotHeal_isLost_whereItsAgentDiedInTheRun_andNotBehindIt() {
    Scene inTheRun = overdue(131).mishap(Mishap.Kind.AGENT_ABSENT, "a", 2, 150);
    Scene behindIt = overdue(131).mishap(Mishap.Kind.AGENT_KILLED, "a", 80, 150);

    assertThat(inTheRun.present("a", 150, 200).check()).isEmpty();
    assertThat(rules(behindIt.present("a", 150, 200)))
        .containsExactly("LOST only where nobody can know");
  }

  private static Scene overdue(int second, String... more) {
    String[] history = new String[4 + more.length];
    history[0] = "0 DISPATCHED dispatch";
    history[1] = "1 ACKNOWLEDGED node";
    history[2] = "1 STARTED node";
    history[3] = second + " LOST clock REPORT_DEADLINE_PASSED";
    System.arraycopy(more, 0, history, 4, more.length);
    return new Scene().invocation("i1", "a", history);
  }

  // ---- Settling ----

  @Test
  void whatDoesNotSettle_isFound() {
    Scene scene =
        new Scene()
            .execution(e -> e.setState(ExecutionState.EXECUTION_STATE_RUNNING))
            .invocation("i1", "a", "0 PENDING dispatch");

    assertThat(rules(scene)).containsExactly("everything settles");
  }

  @Test
  void whatSettlesAMinuteBehindItsDeadline_isFound() {
    Scene late =
        new Scene()
            .invocation(
                "i1",
                "a",
                invocation -> invocation.setStartDeadline(Scene.at(20)),
                "0 PENDING dispatch",
                "170 EXPIRED clock");
    Scene inTime =
        new Scene()
            .invocation(
                "i1",
                "a",
                invocation -> invocation.setStartDeadline(Scene.at(120)),
                "0 PENDING dispatch",
                "170 EXPIRED clock");

    assertThat(rules(late)).containsExactly("everything settles");
    assertThat(inTime.check()).isEmpty();
  }
}
