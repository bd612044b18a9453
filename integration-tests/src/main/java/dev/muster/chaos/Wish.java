// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.IneligiblePolicy;
import dev.muster.proto.operator.v1.OfflinePolicy;
import dev.muster.proto.operator.v1.PrepareMode;
import dev.muster.proto.operator.v1.PreparePolicy;
import dev.muster.proto.operator.v1.Rollout;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Draws dispatches of every kind. Pure but for the chance that it is given. */
final class Wish {
  private static final List<String> ACTIONS =
      List.of(
          Hooks.QUICK,
          Hooks.QUICK,
          Hooks.QUICK,
          Hooks.FAIL,
          Hooks.MOODY,
          Hooks.LARGE,
          Hooks.LARGE,
          Hooks.SLOW,
          Hooks.SLOW,
          Hooks.SLOW,
          Hooks.STUBBORN,
          Hooks.AGAIN,
          Hooks.AGAIN,
          Hooks.SOLO,
          Hooks.DUET);

  private static final List<String> IN_PORTIONS =
      List.of(Hooks.QUICK, Hooks.FAIL, Hooks.MOODY, Hooks.MOODY, Hooks.SLOW);
  private static final List<String> IN_A_CROWD =
      List.of(Hooks.QUICK, Hooks.QUICK, Hooks.MOODY, Hooks.AGAIN);

  private Wish() {}

  /**
   * Draws a dispatch to some of these nodes.
   *
   * @param now counts for the end of what may pause for good
   */
  static DispatchExecutionRequest draw(
      Chance chance, List<String> nodes, String requestId, Instant now) {
    return chance.percent(18) ? portions(chance, requestId, now) : atOnce(chance, nodes, requestId);
  }

  /**
   * Draws a dispatch to all nodes and many more that no agent stands for, which are set aside: its
   * commit takes some milliseconds, and commands are under way when it ends.
   */
  static DispatchExecutionRequest crowd(Chance chance, String requestId) {
    return DispatchExecutionRequest.newBuilder()
        .setRequestId(requestId)
        .setAction(chance.oneOf(IN_A_CROWD))
        .setSelector(Operator.FLEET + " in (" + Operator.CHAOS + "," + Operator.GHOSTS + ")")
        .setIneligible(IneligiblePolicy.INELIGIBLE_POLICY_SKIP)
        .setInputJson(input(chance.between(5, 50)))
        .setRunTimeout(seconds(chance.between(5, 10)))
        .setStartWithin(seconds(chance.between(5, 20)))
        .build();
  }

  private static DispatchExecutionRequest portions(Chance chance, String requestId, Instant now) {
    Rollout.Builder rollout = Rollout.newBuilder();
    int kind = chance.between(1, 100);
    if (kind <= 45) {
      rollout.setMaxParallel(1);
    } else if (kind <= 70) {
      rollout.setMaxParallel(chance.between(2, 3));
    } else if (kind <= 85) {
      rollout.setMaxParallelPercent(chance.oneOf(List.of(20, 34, 50)));
    }
    if (kind > 85 || chance.percent(30)) {
      rollout.setCanary(chance.between(1, 2));
    }
    if (chance.percent(60)) {
      rollout.setMaxFailures(chance.between(1, 3));
    } else if (chance.percent(30)) {
      rollout.setMaxFailuresPercent(chance.oneOf(List.of(20, 50)));
    }
    if (chance.percent(25)) {
      rollout.setPauseBetween(seconds(chance.between(1, 2)));
    }
    Instant end = now.plusSeconds(chance.between(60, 120));
    return DispatchExecutionRequest.newBuilder()
        .setRequestId(requestId)
        .setAction(chance.oneOf(IN_PORTIONS))
        .setSelector(Operator.FLEET + "=" + Operator.CHAOS)
        .setInputJson(input(chance.between(5, 80)))
        .setRunTimeout(seconds(chance.between(3, 8)))
        .setStartWithin(seconds(chance.between(2, 10)))
        .setRollout(rollout)
        .setExpireTime(Timestamp.newBuilder().setSeconds(end.getEpochSecond()))
        .build();
  }

  private static DispatchExecutionRequest atOnce(
      Chance chance, List<String> nodes, String requestId) {
    DispatchExecutionRequest.Builder wish =
        DispatchExecutionRequest.newBuilder()
            .setRequestId(requestId)
            .setAction(chance.oneOf(ACTIONS));
    target(chance, nodes, wish);
    // Some take longer than they may.
    boolean tooLong = chance.percent(12);
    wish.setInputJson(input(chance.between(5, tooLong ? 900 : 250)));
    wish.setRunTimeout(seconds(tooLong ? chance.between(1, 4) : chance.between(5, 15)));
    wish.setStartWithin(startWithin(chance));
    prepare(chance, wish);
    if (chance.percent(12)) {
      wish.setOffline(OfflinePolicy.OFFLINE_POLICY_SKIP);
    }
    return wish.build();
  }

  private static void target(
      Chance chance, List<String> nodes, DispatchExecutionRequest.Builder wish) {
    if (chance.percent(45)) {
      wish.setSelector(Operator.FLEET + "=" + Operator.CHAOS);
      return;
    }
    List<String> some = nodes.stream().filter(node -> chance.percent(40)).toList();
    wish.addAllNodeIds(some.isEmpty() || chance.percent(50) ? List.of(chance.oneOf(nodes)) : some);
  }

  private static Duration startWithin(Chance chance) {
    if (chance.percent(12)) {
      return seconds(0); // Connected now, or not at all.
    }
    return seconds(chance.percent(35) ? chance.between(1, 5) : chance.between(10, 40));
  }

  private static void prepare(Chance chance, DispatchExecutionRequest.Builder wish) {
    if (chance.percent(60)) {
      return;
    }
    PreparePolicy.Builder policy =
        PreparePolicy.newBuilder().setPrepareWithin(seconds(chance.between(2, 15)));
    if (chance.percent(40)) {
      policy.setMode(PrepareMode.PREPARE_MODE_EACH);
    } else {
      policy.setMode(PrepareMode.PREPARE_MODE_BARRIER);
      if (chance.percent(60)) {
        policy.setQuorumPercent(chance.oneOf(List.of(30, 50, 80, 100)));
      }
    }
    wish.setPrepare(policy);
  }

  private static String input(int hundredths) {
    return String.format(Locale.ROOT, "{\"seconds\":%.2f}", hundredths / 100.0);
  }

  private static Duration seconds(int seconds) {
    return Duration.newBuilder().setSeconds(seconds).build();
  }
}
