// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.Result;
import java.util.Optional;

/**
 * An invocation as operators see it.
 *
 * @param invocation as recorded
 * @param action name of the action
 * @param result what the run came to, where it is known
 */
public record InvocationView(Invocation invocation, String action, Optional<Result> result) {}
