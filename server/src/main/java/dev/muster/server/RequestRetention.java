// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import dev.muster.server.ledger.Ledger;
import dev.muster.wire.Limits;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Forgets recognised requests after a day, few at a time. */
final class RequestRetention {
  private static final int ROWS = 500;

  private final Ledger ledger;

  RequestRetention(Ledger ledger) {
    this.ledger = ledger;
  }

  void start(ScheduledExecutorService timer) {
    var unused = timer.scheduleWithFixedDelay(this::prune, 1, 10, TimeUnit.MINUTES);
  }

  private void prune() {
    var unused =
        ledger
            .submit(tx -> tx.store().requests().prune(tx.now().minus(Limits.REQUEST_ID_KEPT), ROWS))
            .thenAccept(
                pruned -> {
                  if (pruned == ROWS) {
                    prune();
                  }
                });
  }
}
