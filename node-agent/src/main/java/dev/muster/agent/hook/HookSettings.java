// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.hook;

import java.nio.file.Path;

/**
 * How hooks are run.
 *
 * @param runsDirectory where each run gets a directory of its own
 * @param searchPath their {@code PATH}
 * @param home their {@code HOME}
 */
public record HookSettings(Path runsDirectory, String searchPath, String home) {
  /** The {@code PATH} where nobody says. */
  public static final String DEFAULT_SEARCH_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}
