// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.session.SessionOutbound.Acknowledgement;
import dev.muster.server.session.SessionOutbound.RefusedCallback;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Puts decided callbacks back into the order in which they came, so that one number acknowledges
 * all below it: a repeat is never acknowledged before the report that it repeats is durable. Used
 * on the session's executor only.
 */
final class Acknowledgements {
  private final TreeMap<Long, Outcome> decided = new TreeMap<>();
  private long received;
  private long through; // decided without a gap
  private long told; // acknowledged
  private List<Long> repeated = List.of();
  private List<RefusedCallback> refused = List.of();

  /** Notes that a callback came; returns whether its sequence is the next. */
  boolean received(long sequence) {
    if (sequence != received + 1) {
      return false;
    }
    received = sequence;
    return true;
  }

  /** Returns how many have come and are not decided. */
  long open() {
    return received - through;
  }

  void applied(long sequence) {
    decided.put(sequence, Outcome.APPLIED);
  }

  void repeated(long sequence) {
    decided.put(sequence, Outcome.REPEATED);
  }

  void refused(RefusedCallback refusal) {
    decided.put(refusal.sequence(), new Outcome(false, refusal));
  }

  /**
   * Takes what is decided without a gap into what can be told.
   *
   * @return whether there is anything to tell that was not there before
   */
  boolean advance() {
    long before = through;
    @Nullable Outcome outcome = decided.remove(through + 1);
    while (outcome != null) {
      through++;
      if (outcome.repeated) {
        repeated = added(repeated, through);
      }
      if (outcome.refusal != null) {
        refused = added(refused, outcome.refusal);
      }
      outcome = decided.remove(through + 1);
    }
    return through > before;
  }

  private static <T> List<T> added(List<T> list, T element) {
    List<T> longer = list.isEmpty() ? new ArrayList<>(2) : list;
    longer.add(element);
    return longer;
  }

  /** Returns how many can be told and are not. */
  int untold() {
    return Math.toIntExact(through - told);
  }

  /** Returns whether what can be told is nothing but that reports were applied. */
  boolean isPlain() {
    return repeated.isEmpty() && refused.isEmpty();
  }

  /** Returns what can be told, once. */
  Optional<Acknowledgement> take() {
    if (told == through) {
      return Optional.empty();
    }
    Acknowledgement taken = new Acknowledgement(through, repeated, refused);
    told = through;
    repeated = List.of();
    refused = List.of();
    return Optional.of(taken);
  }

  private record Outcome(boolean repeated, @Nullable RefusedCallback refusal) {
    static final Outcome APPLIED = new Outcome(false, null);
    static final Outcome REPEATED = new Outcome(true, null);
  }
}
