// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.barrier;

import dev.muster.server.execution.BarrierRule;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.InvocationCounts;
import dev.muster.server.execution.Preparation;
import dev.muster.server.invocation.InvocationState;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of an execution whose nodes get ready: hints that say when it is worth asking
 * the store, nothing more. Written on the ledger's delivery thread, read by the timer as well.
 */
final class Tracked {
  final ExecutionId id;
  final Preparation preparation;
  final int quorum;

  /** One question to the ledger at a time. */
  final AtomicBoolean deciding = new AtomicBoolean();

  /** Only while it is PREPARING. */
  final Ready ready = new Ready();

  /** One chain of releases at a time: it goes by the pace of what is sent. */
  final AtomicBoolean releasing = new AtomicBoolean();

  final AtomicBoolean sweeping = new AtomicBoolean();
  final AtomicBoolean closing = new AtomicBoolean();

  private volatile @Nullable ExecutionProgress last; // written on the delivery thread
  private final AtomicInteger gained = new AtomicInteger();

  /** Below it the quorum cannot stand: how many have to get ready before it is asked for again. */
  private volatile int worthFrom; // written on the delivery thread

  Tracked(ExecutionId id, Preparation preparation, int cohortSize) {
    this.id = id;
    this.preparation = preparation;
    this.quorum = preparation.isBarrier() ? preparation.policy().quorumOf(cohortSize) : 0;
  }

  void moved(ExecutionProgress progress) {
    last = progress;
  }

  /** One more is ready. */
  void gained() {
    gained.incrementAndGet();
  }

  int gains() {
    return gained.get();
  }

  /** It lacked so many when it was asked at so many gains: each further gain brings one at most. */
  void lacked(int missing, int gainsWhenAsked) {
    worthFrom = gainsWhenAsked + Math.max(1, missing);
  }

  /** Returns whether no commit has told of it. */
  boolean isUnheardOf() {
    return last == null;
  }

  boolean isIn(ExecutionState state) {
    ExecutionProgress known = last;
    return known != null && known.state() == state;
  }

  /** Returns whether the barrier can be decided now, as far as is known here. */
  boolean isDecidable(Instant now) {
    ExecutionProgress known = last;
    return known != null
        && known.state() == ExecutionState.PREPARING
        && BarrierRule.isDecidable(quorum, known.counts(), preparation.deadline(), now)
        && (gained.get() >= worthFrom || known.counts().in(InvocationState.PREPARED) < quorum);
  }

  /**
   * Returns how many still wait, get ready, or are ready; more than none where nothing is known.
   */
  int waiting() {
    ExecutionProgress known = last;
    if (known == null) {
      return 1;
    }
    InvocationCounts counts = known.counts();
    return counts.in(InvocationState.PENDING)
        + counts.in(InvocationState.PREPARING)
        + counts.in(InvocationState.PREPARED);
  }

  boolean isAnyPrepared() {
    ExecutionProgress known = last;
    return known == null || known.counts().in(InvocationState.PREPARED) > 0;
  }
}
