// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import java.time.Duration;
import java.time.Instant;

/**
 * What an execution asks of each of its nodes: the part that all of them share. Immutable.
 *
 * @param executionId which execution
 * @param projectId of which project
 * @param action name of the action
 * @param inputJson the input, byte for byte as the operator sent it
 * @param runTimeout how long a run may take
 * @param expireTime end of the execution
 * @param requestedBy who asked
 * @param prepare how they get ready for it
 */
@SuppressWarnings("ArrayRecordComponent") // Opaque bytes, passed through; never compared.
public record Order(
    ExecutionId executionId,
    String projectId,
    String action,
    byte[] inputJson,
    Duration runTimeout,
    Instant expireTime,
    RequestedBy requestedBy,
    Preparation prepare) {
  /** Makes an order that goes out without a PREPARE. */
  public Order(
      ExecutionId executionId,
      String projectId,
      String action,
      byte[] inputJson,
      Duration runTimeout,
      Instant expireTime,
      RequestedBy requestedBy) {
    this(
        executionId,
        projectId,
        action,
        inputJson,
        runTimeout,
        expireTime,
        requestedBy,
        Preparation.NONE);
  }
}
