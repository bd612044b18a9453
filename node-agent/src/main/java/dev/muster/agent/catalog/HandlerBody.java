// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.catalog;

import dev.muster.agent.ActionHandler;
import java.util.OptionalInt;

/** A body that is Java code. It cannot be forced to stop. */
record HandlerBody(ActionHandler handler, Place place) implements ActionBody {
  @Override
  public Outcome run(Run run) throws Exception {
    run.began();
    return new Outcome.Finished(handler.execute(run.input(), run), OptionalInt.empty());
  }
}
