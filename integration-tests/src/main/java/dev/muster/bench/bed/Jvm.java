// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.bed;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How the JVM that runs the bench is started again for its processes. */
public final class Jvm {
  private static final int FIRST_THAT_WARNS = 24;

  private Jvm() {}

  /** Returns the command up to its flags. */
  static List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= FIRST_THAT_WARNS) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    return command;
  }

  /**
   * Returns the command of a server, Muster's or the raw one, up to its flags: as the launcher
   * starts Muster's. The further flags come last; one that chooses a collector is alone.
   */
  static List<String> serverCommand(List<String> furtherFlags) {
    List<String> command = command();
    if (furtherFlags.stream().noneMatch(flag -> flag.matches("-XX:\\+Use\\w*GC"))) {
      command.add("@" + Workshop.home().resolve("server").resolve("jvm.options"));
    }
    command.addAll(furtherFlags);
    return command;
  }
}
