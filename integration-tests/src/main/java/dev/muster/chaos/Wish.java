// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import com.google.protobuf.Duration;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.OfflinePolicy;
import dev.muster.proto.operator.v1.PrepareMode;
import dev.muster.proto.operator.v1.PreparePolicy;
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
          Hooks.SLOW,
          Hooks.SLOW,
          Hooks.SLOW,
          Hooks.STUBBORN,
          Hooks.AGAIN,
          Hooks.AGAIN,
          Hooks.SOLO,
          Hooks.DUET);

  private Wish() {}

  /** Draws a dispatch to some of these nodes. */
  static DispatchExecutionRequest draw(Chance chance, List<String> nodes, String requestId) {
    DispatchExecutionRequest.Builder wish =
        DispatchExecutionRequest.newBuilder()
            .setRequestId(requestId)
            .setAction(chance.oneOf(ACTIONS));
    target(chance, nodes, wish);
    // Some take longer than they may.
    boolean tooLong = chance.percent(12);
    wish.setInputJson(
        String.format(
            Locale.ROOT, "{\"seconds\":%.2f}", chance.between(5, tooLong ? 900 : 250) / 100.0));
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

  private static Duration seconds(int seconds) {
    return Duration.newBuilder().setSeconds(seconds).build();
  }
}
