// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import dev.muster.proto.operator.v1.PreparePolicy;
import dev.muster.server.error.BusException;
import dev.muster.server.error.Faults;
import dev.muster.server.execution.PrepareMode;
import dev.muster.wire.Limits;
import java.time.Duration;

/** How nodes get ready, as a message and back. */
final class PreparePolicies {
  private static final int WHOLE = 100;

  private PreparePolicies() {}

  /**
   * Reads a policy.
   *
   * @throws BusException FIELD_INVALID, LIMIT_OUT_OF_RANGE
   */
  static dev.muster.server.execution.PreparePolicy policy(PreparePolicy policy) {
    return switch (policy.getMode()) {
      case PREPARE_MODE_UNSPECIFIED, PREPARE_MODE_NONE -> {
        requireNoQuorum(policy);
        if (policy.hasPrepareWithin()) {
          throw Faults.field("prepare.prepare_within", "belongs to a mode that prepares.");
        }
        yield dev.muster.server.execution.PreparePolicy.NONE;
      }
      case PREPARE_MODE_EACH -> {
        requireNoQuorum(policy);
        yield new dev.muster.server.execution.PreparePolicy(PrepareMode.EACH, 0, 0, within(policy));
      }
      case PREPARE_MODE_BARRIER -> barrier(policy);
      case UNRECOGNIZED ->
          throw Faults.field("prepare.mode", policy.getModeValue() + " is no mode.");
    };
  }

  private static dev.muster.server.execution.PreparePolicy barrier(PreparePolicy policy) {
    int count = policy.getQuorumCount();
    int percent = policy.getQuorumPercent();
    if (count != 0 && percent != 0) {
      throw Faults.field("prepare.quorum_percent", "only one of count and percent may be set.");
    }
    if (count < 0) {
      throw Faults.limit("prepare.quorum_count", "is " + count + "; at least 0.");
    }
    if (percent < 0 || percent > WHOLE) {
      throw Faults.limit("prepare.quorum_percent", "is " + percent + "; from 0 to " + WHOLE + ".");
    }
    return new dev.muster.server.execution.PreparePolicy(
        PrepareMode.BARRIER, count, count == 0 && percent == 0 ? WHOLE : percent, within(policy));
  }

  private static void requireNoQuorum(PreparePolicy policy) {
    if (policy.getQuorumCount() != 0 || policy.getQuorumPercent() != 0) {
      throw Faults.field("prepare.quorum_count", "belongs to BARRIER only.");
    }
  }

  private static Duration within(PreparePolicy policy) {
    if (!policy.hasPrepareWithin()) {
      return Limits.DEFAULT_PREPARE_WITHIN;
    }
    Duration within = ProtoTimes.span("prepare.prepare_within", policy.getPrepareWithin());
    if (within.compareTo(Limits.MIN_PREPARE_WITHIN) < 0
        || within.compareTo(Limits.MAX_PREPARE_WITHIN) > 0) {
      throw Faults.limit(
          "prepare.prepare_within",
          "is "
              + within
              + "; from "
              + Limits.MIN_PREPARE_WITHIN
              + " to "
              + Limits.MAX_PREPARE_WITHIN
              + ".");
    }
    return within;
  }

  /** Writes a policy. */
  static PreparePolicy message(dev.muster.server.execution.PreparePolicy policy) {
    PreparePolicy.Builder message =
        PreparePolicy.newBuilder()
            .setMode(ProtoEnums.of(policy.mode()))
            .setQuorumCount(policy.quorumCount())
            .setQuorumPercent(policy.quorumPercent());
    if (policy.mode() != PrepareMode.NONE) {
      message.setPrepareWithin(ProtoTimes.duration(policy.within()));
    }
    return message.build();
  }
}
