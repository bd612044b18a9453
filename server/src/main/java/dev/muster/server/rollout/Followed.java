// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rollout;

import dev.muster.server.execution.ExecutionId;
import dev.muster.server.node.NodeId;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What is remembered of a rollout under way: its cohort, which never changes, and hints that say
 * when it is worth asking the ledger. Thread-safe.
 */
final class Followed {
  final ExecutionId id;
  final List<NodeId> cohort;
  final Instant expireTime;

  /** One question to the ledger at a time. */
  final AtomicBoolean asking = new AtomicBoolean();

  /** Something has happened since the question under way was asked. */
  final AtomicBoolean askAgain = new AtomicBoolean();

  /** When to ask though nothing has happened. Written by whoever has an answer. */
  private volatile Instant dueTime;

  Followed(ExecutionId id, List<NodeId> cohort, Instant expireTime) {
    this.id = id;
    this.cohort = List.copyOf(cohort);
    this.expireTime = expireTime;
    this.dueTime = expireTime;
  }

  void dueAt(Instant time) {
    dueTime = time;
  }

  boolean isDue(Instant now) {
    return !now.isBefore(dueTime);
  }
}
