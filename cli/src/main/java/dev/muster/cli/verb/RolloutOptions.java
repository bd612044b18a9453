// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import com.google.protobuf.Duration;
import dev.muster.cli.input.DurationArgument;
import dev.muster.cli.input.Portion;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.PrepareMode;
import dev.muster.proto.operator.v1.PreparePolicy;
import dev.muster.proto.operator.v1.Rollout;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a dispatch that say how nodes get ready and in what portions it goes out. */
final class RolloutOptions {
  /** How nodes get ready, as it is typed. */
  enum Prepare {
    none(PrepareMode.PREPARE_MODE_NONE),
    each(PrepareMode.PREPARE_MODE_EACH),
    barrier(PrepareMode.PREPARE_MODE_BARRIER);

    private final PrepareMode mode;

    Prepare(PrepareMode mode) {
      this.mode = mode;
    }
  }

  @Option(
      names = "--prepare",
      paramLabel = "none|each|barrier",
      description = {
        "each: a node executes once it is prepared.",
        "barrier: none executes before the quorum is prepared."
      })
  private @Nullable Prepare prepare;

  @Option(
      names = "--quorum",
      paramLabel = "N|N%",
      converter = Portion.Argument.class,
      description = "With --prepare barrier: how many must be prepared (default: 100%%).")
  private @Nullable Portion quorum;

  @Option(
      names = "--prepare-within",
      paramLabel = "SPAN",
      converter = DurationArgument.class,
      description = "How long that may take (default: 60s).")
  private @Nullable Duration prepareWithin;

  @Option(
      names = "--max-parallel",
      paramLabel = "N|N%",
      converter = Portion.Argument.class,
      description = "How many nodes run at once.")
  private @Nullable Portion maxParallel;

  @Option(
      names = "--canary",
      paramLabel = "N",
      defaultValue = "0",
      description = "How many nodes go first and must all succeed before the rest.")
  private int canary;

  @Option(
      names = "--max-failures",
      paramLabel = "N|N%",
      converter = Portion.Argument.class,
      description = "How many failures pause the execution.")
  private @Nullable Portion maxFailures;

  @Option(
      names = "--pause-between",
      paramLabel = "SPAN",
      converter = DurationArgument.class,
      description = "Pause between waves.")
  private @Nullable Duration pauseBetween;

  void addTo(DispatchExecutionRequest.Builder request) {
    PreparePolicy policy = policy();
    if (!policy.equals(PreparePolicy.getDefaultInstance())) {
      request.setPrepare(policy);
    }
    Rollout rollout = rollout();
    if (!rollout.equals(Rollout.getDefaultInstance())) {
      request.setRollout(rollout);
    }
  }

  private PreparePolicy policy() {
    PreparePolicy.Builder policy = PreparePolicy.newBuilder();
    if (prepare != null) {
      policy.setMode(prepare.mode);
    }
    if (quorum != null) {
      policy.setQuorumCount(quorum.count()).setQuorumPercent(quorum.percentage());
    }
    if (prepareWithin != null) {
      policy.setPrepareWithin(prepareWithin);
    }
    return policy.build();
  }

  private Rollout rollout() {
    Rollout.Builder rollout = Rollout.newBuilder().setCanary(canary);
    if (maxParallel != null) {
      rollout.setMaxParallel(maxParallel.count()).setMaxParallelPercent(maxParallel.percentage());
    }
    if (maxFailures != null && maxFailures.percent()) {
      rollout.setMaxFailuresPercent(maxFailures.percentage());
    } else if (maxFailures != null) {
      rollout.setMaxFailures(maxFailures.count());
    }
    if (pauseBetween != null) {
      rollout.setPauseBetween(pauseBetween);
    }
    return rollout.build();
  }
}
