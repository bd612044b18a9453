// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.Result;
import java.util.Optional;

/** An invocation as a watcher sees it, with its result where there is one. */
public record WatchedInvocation(Invocation invocation, Optional<Result> result) {}
