// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import dev.muster.proto.agent.v1.Callback;
import dev.muster.proto.agent.v1.CallbackAck;
import dev.muster.proto.agent.v1.CallbackRefusal;
import dev.muster.wire.Limits;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The callbacks of one stream: what has something to tell, what is on its way, and how much may be.
 * Confined to the event loop.
 */
final class CallbackWindow {
  private final Queue<Report> waiting = new ArrayDeque<>(1);
  private final ArrayDeque<Sent> onTheWay = new ArrayDeque<>(1);
  private int limit = Limits.UNACKNOWLEDGED_CALLBACKS;
  private long lastSequence;

  private record Sent(long sequence, Report report, int through) {}

  /** Sets how many may be on their way; what is not positive is passed over. */
  void limit(int told) {
    if (told > 0) {
      limit = Math.min(told, Limits.UNACKNOWLEDGED_CALLBACKS);
    }
  }

  /** This has something to tell. */
  void mark(Report report) {
    if (!report.queued) {
      report.queued = true;
      waiting.add(report);
    }
  }

  /**
   * Returns the next callback to send; null where there is none, or no more may be on their way.
   */
  @Nullable Callback next() {
    while (onTheWay.size() < limit) {
      Report report = waiting.poll();
      if (report == null) {
        return null;
      }
      report.queued = false;
      int through = report.steps.size();
      if (report.sent < through) {
        Callback callback =
            Callback.newBuilder()
                .setSequence(++lastSequence)
                .setInvocationId(report.id)
                .addAllSteps(report.steps.subList(report.sent, through))
                .build();
        report.sent = through;
        onTheWay.add(new Sent(lastSequence, report, through));
        return callback;
      }
    }
    return null;
  }

  /** Takes an acknowledgement; tells of each refusal. */
  void acknowledge(CallbackAck ack, Consumer<CallbackRefusal> onRefused) {
    Sent sent = onTheWay.peek();
    while (sent != null && sent.sequence() <= ack.getThroughSequence()) {
      onTheWay.remove();
      CallbackRefusal refusal = refusalOf(ack, sent.sequence());
      if (refusal == null) {
        sent.report().acknowledged = Math.max(sent.report().acknowledged, sent.through());
        sent.report().onAcknowledged();
      } else {
        onRefused.accept(refusal);
        if (refusal.getFinal()) {
          sent.report().onRefusedForGood();
        }
        // Else it is told again on the next stream: this one was told that it is stale.
      }
      sent = onTheWay.peek();
    }
  }

  /** The stream is over: nothing of it waits any more. */
  void clear() {
    waiting.forEach(report -> report.queued = false);
    waiting.clear();
    onTheWay.clear();
  }

  private static @Nullable CallbackRefusal refusalOf(CallbackAck ack, long sequence) {
    for (CallbackRefusal refusal : ack.getRefusalsList()) {
      if (refusal.getSequence() == sequence) {
        return refusal;
      }
    }
    return null;
  }
}
