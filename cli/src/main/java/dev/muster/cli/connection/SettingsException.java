// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.connection;

import java.util.List;

/** The settings cannot be used; tells all their faults, a sentence each. */
public final class SettingsException extends RuntimeException {
  private final List<String> faults;

  SettingsException(List<String> faults) {
    super(String.join(" ", faults));
    this.faults = List.copyOf(faults);
  }

  /** Returns the faults, at least one. */
  public List<String> faults() {
    return faults;
  }
}
