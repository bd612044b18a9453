// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.muster.cli.input.DurationArgument;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.IneligiblePolicy;
import dev.muster.proto.operator.v1.OfflinePolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a dispatch: where to, for how long, and what of nodes that cannot. */
final class DispatchOptions {
  /** What becomes of offline nodes, as it is typed. */
  enum Offline {
    queue(OfflinePolicy.OFFLINE_POLICY_QUEUE),
    skip(OfflinePolicy.OFFLINE_POLICY_SKIP);

    private final OfflinePolicy policy;

    Offline(OfflinePolicy policy) {
      this.policy = policy;
    }
  }

  /** What becomes of nodes that fail a gate, as it is typed. */
  enum Ineligible {
    fail(IneligiblePolicy.INELIGIBLE_POLICY_FAIL),
    skip(IneligiblePolicy.INELIGIBLE_POLICY_SKIP);

    private final IneligiblePolicy policy;

    Ineligible(IneligiblePolicy policy) {
      this.policy = policy;
    }
  }

  @Option(
      names = {"-n", "--node"},
      paramLabel = "NODE",
      split = ",",
      description = "Name or id of a node; repeatable.")
  private List<String> nodes = new ArrayList<>();

  @Option(
      names = {"-l", "--selector"},
      paramLabel = "SELECTOR",
      defaultValue = "",
      description = "All nodes whose labels match, such as 'role=web,zone in (a,b),!canary'.")
  private String selector = "";

  @Option(
      names = "--fact-selector",
      paramLabel = "SELECTOR",
      defaultValue = "",
      description = "Of those, only nodes whose facts match.")
  private String factSelector = "";

  @Mixin private Reason reason = new Reason();

  @Option(
      names = "--start-within",
      paramLabel = "SPAN",
      converter = DurationArgument.class,
      description = "How long to wait for a node; 0: it must be connected now (default: 1h).")
  private @Nullable Duration startWithin;

  @Option(
      names = "--run-timeout",
      paramLabel = "SPAN",
      converter = DurationArgument.class,
      description = "How long a run may take (default: the action's own, else 10m).")
  private @Nullable Duration runTimeout;

  @Option(
      names = "--expire-after",
      paramLabel = "SPAN",
      converter = DurationArgument.class,
      description = "When to give up the whole execution (default: 7d).")
  private @Nullable Duration expireAfter;

  @Option(
      names = "--offline",
      paramLabel = "queue|skip",
      description = "Whether offline nodes wait or are left out (default: queue).")
  private @Nullable Offline offline;

  @Option(
      names = "--ineligible",
      paramLabel = "fail|skip",
      description = "Whether a node that cannot run it refuses the whole dispatch (default: fail).")
  private @Nullable Ineligible ineligible;

  @Option(
      names = "--prepare-token",
      paramLabel = "TOKEN",
      defaultValue = "",
      description = "Token of a prepare: refuse if the action has changed since.")
  private String prepareToken = "";

  @Mixin private RolloutOptions rollout = new RolloutOptions();

  /** The nodes that were named. */
  List<String> nodes() {
    return List.copyOf(nodes);
  }

  /** The selector; empty if none was given. */
  String selector() {
    return selector;
  }

  /** The selector over facts; empty if none was given. */
  String factSelector() {
    return factSelector;
  }

  void addTo(DispatchExecutionRequest.Builder request, Instant now) {
    request
        .addAllNodeIds(nodes)
        .setSelector(selector)
        .setFactSelector(factSelector)
        .setReason(reason.text())
        .setPrepareToken(prepareToken);
    if (startWithin != null) {
      request.setStartWithin(startWithin);
    }
    if (runTimeout != null) {
      request.setRunTimeout(runTimeout);
    }
    if (expireAfter != null) {
      request.setExpireTime(
          Timestamp.newBuilder().setSeconds(now.getEpochSecond() + expireAfter.getSeconds()));
    }
    if (offline != null) {
      request.setOffline(offline.policy);
    }
    if (ineligible != null) {
      request.setIneligible(ineligible.policy);
    }
    rollout.addTo(request);
  }
}
