// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

import java.util.Optional;

/** What a {@link PrepareHandler} may know. Thread-safe. */
public interface PrepareContext {
  /** Returns the name of the action. */
  String action();

  /** Returns who asked. */
  RequestedBy requestedBy();

  /**
   * Returns the input that is about to run; empty where an operator only asks for a description.
   */
  Optional<Input> input();
}
