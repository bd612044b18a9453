// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import java.util.List;

/** Settings that cannot be used: all faults at once, so that one round mends them. */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> faults;

  ConfigException(List<String> faults) {
    super(String.join(System.lineSeparator(), faults));
    this.faults = List.copyOf(faults);
  }

  /** Returns a sentence for each fault; at least one. */
  public List<String> faults() {
    return faults;
  }
}
