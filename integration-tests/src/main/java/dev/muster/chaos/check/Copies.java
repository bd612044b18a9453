// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.InvocationTransition;
import java.util.List;

/**
 * Where at most once ends: what waits in a journal is resumed by whoever shows that journal. After
 * a copy of one was put in its place, or beside it, a run may have been begun of which nobody told.
 * Only what was resumed is excused; what was handed over once more is not.
 */
final class Copies {
  private Copies() {}

  /** Returns whether an invocation was resumed from a journal of which there was a copy. */
  static boolean mayHaveRunUntold(Evidence evidence, GetInvocationResponse response) {
    List<InvocationTransition> history = response.getHistoryList();
    return evidence.mishaps().stream()
            .filter(mishap -> mishap.node().equals(response.getInvocation().getNodeName()))
            .filter(mishap -> isCopy(mishap.kind()))
            .anyMatch(
                mishap ->
                    history.stream()
                        .anyMatch(
                            line ->
                                line.getReason().equals("RESUMED")
                                    && !Words.time(line.getTime()).isBefore(mishap.from())))
        && !wasHandedOverAgain(history);
  }

  /** Returns whether a mishap leaves two journals where there was one. */
  static boolean isCopy(Mishap.Kind kind) {
    return kind == Mishap.Kind.JOURNAL_RESTORED || kind == Mishap.Kind.JOURNAL_CLONED;
  }

  private static boolean wasHandedOverAgain(List<InvocationTransition> history) {
    return history.stream()
            .filter(Words::isMove)
            .filter(line -> Words.of(line.getToState()).equals("DISPATCHED"))
            .count()
        > 1;
  }
}
