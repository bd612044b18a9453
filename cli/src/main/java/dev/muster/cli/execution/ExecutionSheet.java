// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.execution;

import com.google.protobuf.util.Durations;
import dev.muster.cli.output.Sheet;
import dev.muster.cli.output.Terminal;
import dev.muster.cli.output.Times;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.PreparePolicy;
import dev.muster.proto.operator.v1.Rollout;
import java.util.ArrayList;
import java.util.List;

/** An execution with all that is known about the dispatch. */
public final class ExecutionSheet {
  private ExecutionSheet() {}

  /** Prints it. */
  public static void print(Execution execution, Terminal terminal) {
    new Sheet()
        .fact("Execution", execution.getId())
        .fact("Action", execution.getAction())
        .fact("State", States.cell(execution.getState()))
        .fact("State reason", execution.getStateReason())
        .fact("Nodes", StateCounts.of(execution.getCounts()).toString())
        .fact("Prepare", prepare(execution.getPrepare()))
        .fact("Rollout", rollout(execution.getRollout()))
        .fact("Selector", execution.getSelector())
        .fact("Fact selector", execution.getFactSelector())
        .fact("Input", execution.getInputJson())
        .fact("Reason", execution.getReason())
        .fact("Dispatched by", execution.getCreatedBy().getOperatorName())
        .fact(
            "Dispatched at",
            execution.hasCreateTime() ? Times.exact(execution.getCreateTime()) : "")
        .fact("Settled at", execution.hasSettleTime() ? Times.exact(execution.getSettleTime()) : "")
        .fact(
            "Expires at",
            execution.hasExpireTime() && !execution.hasSettleTime()
                ? Times.exact(execution.getExpireTime())
                : "")
        .fact(
            "Cancelled at", execution.hasCancelTime() ? Times.exact(execution.getCancelTime()) : "")
        .fact("Cancel reason", execution.getCancelReason())
        .fact("Retries", execution.getSourceExecutionId())
        .printTo(terminal);
  }

  private static String rollout(Rollout rollout) {
    List<String> words = new ArrayList<>();
    if (rollout.getCanary() > 0) {
      words.add(rollout.getCanary() + " first");
    }
    if (rollout.getMaxParallel() > 0 || rollout.getMaxParallelPercent() > 0) {
      words.add(portion(rollout.getMaxParallel(), rollout.getMaxParallelPercent()) + " at once");
    }
    if (rollout.hasPauseBetween()) {
      words.add(Durations.toString(rollout.getPauseBetween()) + " between waves");
    }
    if (rollout.getMaxFailures() > 0 || rollout.getMaxFailuresPercent() > 0) {
      words.add(
          "paused at "
              + portion(rollout.getMaxFailures(), rollout.getMaxFailuresPercent())
              + " failures");
    }
    return String.join(", ", words);
  }

  private static String portion(int count, int percent) {
    return count > 0 ? Integer.toString(count) : percent + " %";
  }

  private static String prepare(PreparePolicy policy) {
    String within = " within " + Durations.toString(policy.getPrepareWithin());
    return switch (policy.getMode()) {
      case PREPARE_MODE_EACH -> "each" + within;
      case PREPARE_MODE_BARRIER ->
          "barrier, quorum "
              + (policy.getQuorumCount() > 0
                  ? policy.getQuorumCount() + " nodes"
                  : policy.getQuorumPercent() + " %")
              + within;
      case PREPARE_MODE_UNSPECIFIED, PREPARE_MODE_NONE, UNRECOGNIZED -> "";
    };
  }
}
