// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.Rollout;
import dev.muster.server.error.BusException;
import dev.muster.server.error.Faults;
import dev.muster.server.execution.PrepareMode;
import dev.muster.server.execution.RolloutPolicy;
import java.time.Duration;

/** In what portions an execution goes out, as a message and back. */
final class RolloutPolicies {
  private static final int WHOLE = 100;
  private static final Duration MAX_PAUSE = Duration.ofDays(7);

  private RolloutPolicies() {}

  /**
   * Reads the policy of a dispatch.
   *
   * @throws BusException FIELD_INVALID, LIMIT_OUT_OF_RANGE
   */
  static RolloutPolicy policy(DispatchExecutionRequest request, PrepareMode prepare) {
    Rollout rollout = request.getRollout();
    int parallel =
        portion("rollout.max_parallel", rollout.getMaxParallel(), rollout.getMaxParallelPercent());
    if (rollout.hasMaxFailures() && rollout.getMaxFailures() < 1) {
      throw Faults.limit(
          "rollout.max_failures", "is " + rollout.getMaxFailures() + "; at least 1.");
    }
    int failures =
        portion("rollout.max_failures", rollout.getMaxFailures(), rollout.getMaxFailuresPercent());
    if (rollout.getCanary() < 0) {
      throw Faults.limit("rollout.canary", "is " + rollout.getCanary() + "; at least 0.");
    }
    RolloutPolicy policy =
        new RolloutPolicy(
            parallel,
            rollout.getMaxParallelPercent(),
            rollout.getCanary(),
            failures,
            rollout.getMaxFailuresPercent(),
            pauseBetween(rollout));
    if (policy.isInWaves() && prepare != PrepareMode.NONE) {
      // All nodes get ready by one moment, so those of a later wave never could.
      throw Faults.field(
          parallel != 0 || rollout.getMaxParallelPercent() != 0
              ? "rollout.max_parallel"
              : "rollout.canary",
          "goes with no PREPARE: nodes that wait for their wave cannot get ready meanwhile.");
    }
    return policy;
  }

  /** Returns the count, once it is sound beside the percentage. */
  private static int portion(String field, int count, int percent) {
    if (count < 0) {
      throw Faults.limit(field, "is " + count + "; at least 0.");
    }
    if (percent < 0 || percent > WHOLE) {
      throw Faults.limit(field + "_percent", "is " + percent + "; from 0 to " + WHOLE + ".");
    }
    if (count != 0 && percent != 0) {
      throw Faults.field(field + "_percent", "only one of count and percent may be set.");
    }
    return count;
  }

  private static Duration pauseBetween(Rollout rollout) {
    if (!rollout.hasPauseBetween()) {
      return Duration.ZERO;
    }
    Duration pause = ProtoTimes.span("rollout.pause_between", rollout.getPauseBetween());
    if (pause.isNegative() || pause.compareTo(MAX_PAUSE) > 0) {
      throw Faults.limit(
          "rollout.pause_between", "is " + pause + "; from 0 s to " + MAX_PAUSE + ".");
    }
    boolean hasWaves =
        rollout.getMaxParallel() != 0
            || rollout.getMaxParallelPercent() != 0
            || rollout.getCanary() != 0;
    if (!pause.isZero() && !hasWaves) {
      throw Faults.field(
          "rollout.pause_between", "belongs to waves; set max_parallel or canary as well.");
    }
    return pause;
  }

  /** Writes a policy. */
  static Rollout message(RolloutPolicy policy) {
    Rollout.Builder message =
        Rollout.newBuilder()
            .setMaxParallel(policy.maxParallelCount())
            .setMaxParallelPercent(policy.maxParallelPercent())
            .setCanary(policy.canary())
            .setMaxFailuresPercent(policy.maxFailuresPercent());
    if (policy.maxFailuresCount() > 0) {
      message.setMaxFailures(policy.maxFailuresCount());
    }
    if (!policy.pauseBetween().isZero()) {
      message.setPauseBetween(ProtoTimes.duration(policy.pauseBetween()));
    }
    return message.build();
  }
}
