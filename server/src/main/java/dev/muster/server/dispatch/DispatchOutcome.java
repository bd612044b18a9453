// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.dispatch;

import dev.muster.server.execution.Execution;

/**
 * A dispatch that is durable.
 *
 * @param execution the execution as it stands
 * @param replayed whether an earlier request of the same id had made it
 */
public record DispatchOutcome(Execution execution, boolean replayed) {}
