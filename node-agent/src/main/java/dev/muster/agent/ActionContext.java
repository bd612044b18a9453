// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

import java.io.OutputStream;

/** What a handler may know of its run, and tell about it. Thread-safe. */
public interface ActionContext {
  /** Returns the id of the invocation: this action on this node. */
  String invocationId();

  /** Returns the id of the execution: this action on its whole cohort. */
  String executionId();

  /** Returns the name of the action. */
  String action();

  /** Returns which run of this invocation it is: above 1 only for an idempotent action. */
  int attempt();

  /** Returns who asked. */
  RequestedBy requestedBy();

  /** Returns the token that tells when to stop. */
  Cancellation cancellation();

  /**
   * Tells operators how far the run has come. Not stored; at most one per second is sent.
   *
   * @param percent from 0 to 100
   * @param message sentence for people; cut at 256 characters
   */
  void progress(int percent, String message);

  /** Tells operators what the run does, where a percentage is not known. */
  void progress(String message);

  /** Returns where the run's standard output goes; its head and tail are kept. */
  OutputStream stdout();

  /** Returns where the run's standard error goes; its head and tail are kept. */
  OutputStream stderr();
}
