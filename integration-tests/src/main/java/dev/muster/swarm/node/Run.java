// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import com.google.protobuf.Timestamp;
import dev.muster.proto.type.v1.Result;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One entry of a node's journal, and the run that it stands for. Confined to the event loop. */
final class Run extends Report {
  private final NodeRuns owner;
  final UUID uuid;
  final long epoch;
  final long startBeforeMillis;
  final long timeoutNanos;
  Phase phase = Phase.WAITING;

  /** Whether it may not start before the server has said what is to become of it. */
  boolean held;

  /** How it is going to end; null before it runs, and where its time runs out before. */
  @Nullable Result outcome;

  private TimerWheel.@Nullable Timer reportTimer;
  private TimerWheel.@Nullable Timer endTimer;

  /** How far it is. */
  enum Phase {
    /** Accepted; waits for a slot. */
    WAITING,
    /** Holds a slot. */
    RUNNING,
    /** Its final step is there. */
    OVER
  }

  /**
   * Makes an entry without steps.
   *
   * @param epoch session that the command came with; 0: none came
   * @param startBefore in server time; the default instance: whenever
   */
  Run(NodeRuns owner, String id, UUID uuid, long epoch, Timestamp startBefore, long timeoutNanos) {
    super(id);
    this.owner = owner;
    this.uuid = uuid;
    this.epoch = epoch;
    this.startBeforeMillis =
        startBefore.equals(Timestamp.getDefaultInstance())
            ? Long.MAX_VALUE
            : ServerTime.millis(startBefore);
    this.timeoutNanos = timeoutNanos;
  }

  /** Tells what there is to tell after a little while: then there may be more. */
  void reportSoon(TimerWheel wheel, long delayNanos) {
    if (reportTimer == null) {
      reportTimer = TimerWheel.Timer.of(() -> owner.report(this));
    }
    wheel.set(reportTimer, delayNanos);
  }

  void endAfter(TimerWheel wheel, long delayNanos) {
    endTimer = TimerWheel.Timer.of(() -> owner.ended(this));
    wheel.set(endTimer, delayNanos);
  }

  /** Nothing more happens by itself. */
  void stopTimers(TimerWheel wheel) {
    if (reportTimer != null) {
      wheel.cancel(reportTimer);
      reportTimer = null;
    }
    if (endTimer != null) {
      wheel.cancel(endTimer);
      endTimer = null;
    }
  }

  @Override
  void onAcknowledged() {
    owner.acknowledged(this);
  }

  @Override
  void onRefusedForGood() {
    owner.forget(this);
  }
}
