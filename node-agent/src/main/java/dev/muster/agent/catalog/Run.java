// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.catalog;

import dev.muster.agent.ActionContext;
import dev.muster.agent.Input;
import dev.muster.agent.process.ProcessMark;
import java.time.Duration;

/** One run, as the body of its action sees it. Thread-safe. */
public interface Run extends ActionContext {
  /** Returns the input, valid against the schema. */
  Input input();

  /** Returns what the run's processes carry in their environment, {@code MUSTER_RUN_ID}. */
  String marker();

  /** Tells that the action itself begins now. */
  void began();

  /** Tells that the run became a process. */
  void began(ProcessMark process);

  /** Returns, once the run was told to stop, how long it has until it is forced. */
  Duration stopGrace();
}
