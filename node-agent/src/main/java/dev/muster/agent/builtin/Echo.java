// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.builtin;

import dev.muster.agent.Action;
import dev.muster.agent.Input;
import dev.muster.agent.Result;
import dev.muster.wire.Limits;
import java.nio.charset.StandardCharsets;

/** {@code echo}: returns its input as it is. */
final class Echo {
  private Echo() {}

  static Action action() {
    return Action.named("echo")
        .summary("Returns its input.")
        .schema("{\"type\":\"object\",\"additionalProperties\":true}")
        .idempotent()
        .allowWhenDisabled()
        .execute((input, context) -> echo(input));
  }

  private static Result echo(Input input) {
    int bytes = input.json().getBytes(StandardCharsets.UTF_8).length;
    return bytes <= Limits.RESULT_JSON_BYTES
        ? Result.successJson(input.json())
        : Result.failure(
            "RESULT_TOO_LARGE",
            "The input has "
                + bytes
                + " bytes; a result has at most "
                + Limits.RESULT_JSON_BYTES
                + ".");
  }
}
