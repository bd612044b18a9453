// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.daemon;

import java.util.List;

/** The configuration cannot be used; the message has a line for each fault. */
final class ConfigFaultsException extends Exception {
  private static final long serialVersionUID = 1L;

  ConfigFaultsException(List<String> faults) {
    super(String.join(System.lineSeparator(), faults));
  }
}
