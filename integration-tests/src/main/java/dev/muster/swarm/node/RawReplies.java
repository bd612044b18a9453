// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import dev.muster.proto.agent.v1.Callback;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.Execute;
import dev.muster.proto.type.v1.Result;
import java.util.List;

/**
 * What a node sends to the raw server for an EXECUTE: the two messages that a run has at most, and
 * nothing is remembered. Confined to the event loop.
 */
final class RawReplies {
  private final Steps steps;

  RawReplies(Steps steps) {
    this.steps = steps;
  }

  List<ConnectRequest> to(Execute execute, Result result) {
    return List.of(
        message(
            Callback.newBuilder()
                .setSequence(1)
                .setInvocationId(execute.getInvocationId())
                .addSteps(steps.acknowledged())
                .addSteps(steps.started())),
        message(
            Callback.newBuilder()
                .setSequence(2)
                .setInvocationId(execute.getInvocationId())
                .addSteps(steps.finished(result))));
  }

  private static ConnectRequest message(Callback.Builder callback) {
    return ConnectRequest.newBuilder().setCallback(callback).build();
  }
}
