// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.catalog;

import dev.muster.agent.Result;
import java.util.OptionalInt;

/** How a run ended, as the body of its action sees it. */
public sealed interface Outcome {
  /**
   * It ran to its end.
   *
   * @param result what it came to
   * @param exitCode exit code of its process, where one ended
   */
  record Finished(Result result, OptionalInt exitCode) implements Outcome {}

  /**
   * It was ended because it was told to stop.
   *
   * @param exitCode exit code of its process, where one ended
   */
  record Stopped(OptionalInt exitCode) implements Outcome {}

  /**
   * It never began.
   *
   * @param code short code for machines
   * @param message sentence for people
   */
  record NotStarted(String code, String message) implements Outcome {}
}
