// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.catalog.AnnouncedAction;
import dev.muster.wire.Sha256;
import java.util.List;

/** A catalog as a node announced it, whole; its digest was checked. */
public record AnnouncedCatalog(Sha256 digest, List<AnnouncedAction> actions) {
  /** Copies the actions. */
  public AnnouncedCatalog {
    actions = List.copyOf(actions);
  }
}
