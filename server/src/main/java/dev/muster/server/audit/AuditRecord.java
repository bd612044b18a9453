// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.audit;

import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.node.NodeId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One decision or transition. Secrets are redacted before they get here.
 *
 * @param time server time
 * @param verb what was decided, such as {@code execution.dispatch} or {@code invocation.transition}
 * @param requestedBy who asked; null where a node or the clock drove it
 * @param projectId project; may be empty
 * @param executionId execution, if it is about one
 * @param invocationId invocation, if it is about one
 * @param nodeId node, if it is about one
 * @param action name of the action; may be empty
 * @param denied why it was refused; null where it was done
 * @param details JSON text; may be empty
 */
public record AuditRecord(
    Instant time,
    String verb,
    @Nullable RequestedBy requestedBy,
    String projectId,
    @Nullable ExecutionId executionId,
    @Nullable InvocationId invocationId,
    @Nullable NodeId nodeId,
    String action,
    @Nullable ErrorReason denied,
    String details) {}
