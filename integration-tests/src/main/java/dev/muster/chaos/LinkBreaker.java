// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import dev.muster.chaos.check.Mishap;
import java.time.Duration;
import java.util.List;

/** Breaks the network between one agent and the server. */
final class LinkBreaker extends Breaker {
  private final Link link;
  private final String node;
  private final FaultLog log;

  LinkBreaker(Link link, String node, FaultLog log, Chance chance, Calm calm) {
    super(chance, calm, 2_000, 18_000);
    this.link = link;
    this.node = node;
    this.log = log;
  }

  @Override
  void breakSomething() {
    int kind = chance().between(1, 100);
    if (kind <= 25) {
      log.note(Mishap.Kind.LINK_CUT, node, link::cut);
    } else if (kind <= 40) {
      log.note(Mishap.Kind.LINK_STRANDED, node, this::strand);
    } else if (kind <= 75) {
      log.note(Mishap.Kind.LINK_HOLED, node, this::hold);
    } else {
      log.note(Mishap.Kind.LINK_SLOWED, node, this::slow);
    }
  }

  private void hold() {
    link.hold(chance().oneOf(List.of(Link.Hold.values())));
    // Longer than either side's patience, or not as long: both are of interest.
    leave(300, 12_000);
    if (chance().percent(20)) {
      link.cut(); // What was held up never arrives.
    }
    link.release();
  }

  private void strand() {
    link.strand();
    leave(500, 5_000);
    link.release();
  }

  private void slow() {
    link.slow(chance().millis(20, 600));
    leave(1_000, 8_000);
    link.slow(Duration.ZERO);
  }
}
