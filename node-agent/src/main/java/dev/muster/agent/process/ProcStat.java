// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What {@code /proc/PID/stat} says of a process.
 *
 * @param pid its number
 * @param state its state: {@code Z} has ended and waits for its parent
 * @param parent number of its parent
 * @param startTicks when it started, in clock ticks since boot
 */
record ProcStat(long pid, char state, long parent, long startTicks) {
  /** Parent of all threads of the kernel. */
  private static final long KERNEL_THREADS = 2;

  /** Returns it; empty where there is no such process. */
  static Optional<ProcStat> read(Path proc, long pid) {
    try {
      return parse(
          pid,
          Files.readString(
              proc.resolve(Long.toString(pid)).resolve("stat"), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static Optional<ProcStat> parse(long pid, String stat) {
    // The second field, the name in brackets, may hold anything, brackets and spaces too.
    int name = stat.lastIndexOf(')');
    if (name < 0 || name + 2 >= stat.length()) {
      return Optional.empty();
    }
    String[] fields = stat.substring(name + 2).split(" ", -1);
    if (fields.length < 20) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ProcStat(
              pid, fields[0].charAt(0), Long.parseLong(fields[1]), Long.parseLong(fields[19])));
    } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  boolean isZombie() {
    return state == 'Z' || state == 'X';
  }

  /** Returns whether it is a thread of the kernel, which has no environment. */
  boolean isOfKernel() {
    return pid == KERNEL_THREADS || parent == KERNEL_THREADS;
  }
}
