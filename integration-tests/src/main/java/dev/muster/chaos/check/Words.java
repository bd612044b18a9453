// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import com.google.protobuf.Timestamp;
import dev.muster.proto.operator.v1.InvocationTransition;
import dev.muster.proto.type.v1.InvocationState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How the rules read what the server says. Pure. */
final class Words {
  private static final String PREFIX = "INVOCATION_STATE_";
  private static final Set<String> RAN = Set.of("SUCCEEDED", "FAILED", "TIMED_OUT");
  private static final Set<String> DID_NOT_RUN = Set.of("PENDING", "REJECTED", "EXPIRED");
  private static final Set<String> SETTLED =
      Set.of("SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED", "REJECTED", "EXPIRED", "LOST");

  private Words() {}

  /** Returns a state as people write it; NEW for none. */
  static String of(InvocationState state) {
    return state == InvocationState.INVOCATION_STATE_UNSPECIFIED
        ? "NEW"
        : state.name().substring(PREFIX.length());
  }

  static boolean saysItRan(String state) {
    return RAN.contains(state);
  }

  static boolean saysItDidNot(String state) {
    return DID_NOT_RUN.contains(state);
  }

  static boolean isSettled(String state) {
    return SETTLED.contains(state);
  }

  static Instant time(Timestamp timestamp) {
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
  }

  /** Returns whether a line is a move, and no evidence beside one. */
  static boolean isMove(InvocationTransition line) {
    return line.getFromState() != line.getToState();
  }

  /** Returns the first move to a state. */
  static Optional<InvocationTransition> firstTo(List<InvocationTransition> history, String state) {
    return history.stream()
        .filter(line -> isMove(line) && of(line.getToState()).equals(state))
        .findFirst();
  }

  /** Returns when a history last moved; the first moment there is for an empty one. */
  static Instant lastMove(List<InvocationTransition> history) {
    return history.stream()
        .filter(Words::isMove)
        .map(line -> time(line.getTime()))
        .reduce(Instant.MIN, (earlier, later) -> later);
  }

  /** Returns a history in one line. */
  static String story(List<InvocationTransition> history) {
    StringBuilder story = new StringBuilder();
    for (InvocationTransition line : history) {
      story
          .append(story.length() == 0 ? "" : ", ")
          .append(time(line.getTime()))
          .append(' ')
          .append(isMove(line) ? of(line.getToState()) : "(" + of(line.getToState()) + ")")
          .append(" by ")
          .append(line.getDriver())
          .append(line.getEpoch() == 0 ? "" : " e" + line.getEpoch())
          .append(line.getReason().isEmpty() ? "" : " " + line.getReason());
    }
    return story.toString();
  }
}
