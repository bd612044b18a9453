// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import com.google.protobuf.ByteString;
import dev.muster.agent.catalog.CatalogEntry;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds an input against its action's schema. */
final class InputCheck {
  private static final Logger log = LoggerFactory.getLogger(InputCheck.class);

  private InputCheck() {}

  /** Returns what is wrong with the input; empty: nothing is. */
  static Optional<String> violations(CatalogEntry action, ByteString input) {
    try {
      return action.schema().violations(input.toByteArray());
    } catch (RuntimeException e) {
      // A schema that the library cannot work with must not run anything unchecked.
      log.error("The schema of {} cannot be used.", action.name(), e);
      return Optional.of("The action's schema cannot be used: " + e.getMessage());
    }
  }
}
