// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.builtin;

import dev.muster.agent.Action;
import dev.muster.agent.Result;
import java.time.InstantSource;

/** {@code diagnostics.ping}: answers with the node's time, to see that runs come through. */
final class Ping {
  private Ping() {}

  static Action action(InstantSource wallClock) {
    return Action.named("diagnostics.ping")
        .summary("Answers with the node's time.")
        .idempotent()
        .allowWhenDisabled()
        // An instant prints itself in characters that JSON takes as they are.
        .execute(
            (input, context) ->
                Result.successJson("{\"node_time\":\"" + wallClock.instant() + "\"}"));
  }
}
