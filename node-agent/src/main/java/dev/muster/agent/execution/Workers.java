// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.catalog.ActionBody.Place;
import java.util.concurrent.Executor;

/**
 * The threads that runs and prepares happen on.
 *
 * @param embedder for the code of the embedding daemon
 * @param agent for hooks and built-ins
 */
public record Workers(Executor embedder, Executor agent) {
  Executor of(Place place) {
    return switch (place) {
      case EMBEDDER -> embedder;
      case AGENT -> agent;
    };
  }
}
