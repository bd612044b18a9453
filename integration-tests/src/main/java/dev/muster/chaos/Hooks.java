// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/**
 * The actions of the breaker's nodes. Each writes down what it really does, one short line by one
 * write to a file that is opened for appending: such a line is whole, and survives whoever dies.
 */
final class Hooks {
  /** Ends at once. */
  static final String QUICK = "quick";

  /** Ends at once, and fails. */
  static final String FAIL = "fail";

  /** Ends at once, and fails now and then. */
  static final String MOODY = "moody";

  /** Writes more than fits into a report, now and then more than is kept. */
  static final String LARGE = "large";

  /** Takes as many seconds as it is told; now and then it is not ready. */
  static final String SLOW = "slow";

  /** Takes as long and does not heed SIGTERM. */
  static final String STUBBORN = "stubborn";

  /** Takes as long; may run again where its agent died. */
  static final String AGAIN = "again";

  /** Takes as long; never beside {@link #DUET}. */
  static final String SOLO = "solo";

  /** Takes as long; never beside {@link #SOLO}. */
  static final String DUET = "duet";

  /** All of them. */
  static final List<String> ALL =
      List.of(QUICK, FAIL, MOODY, LARGE, SLOW, STUBBORN, AGAIN, SOLO, DUET);

  /** Those that may run again. */
  static final Set<String> IDEMPOTENT = Set.of(AGAIN);

  // The state directory is two above a run's own; another machine's copy of it has a lock of its
  // own. The lock goes with the last process that holds it, so the system itself says who is alive.
  private static final String ALONE =
      """
      exec 9>../../group.lock
      flock -n 9 || note overlap
      """;
  // From 0.05 "seconds" on, 2,000 bytes for a hundredth. The digest is written down behind the
  // output, so that whoever tells of it has written all.
  private static final String WRITE =
      """
      size=$(tr -dc 0-9)
      size=${size#0}
      size=$((${size#0} * 2000))
      print() {
        yes "$MUSTER_INVOCATION_ID" | head -c "$size"
      }
      print
      sum=$(print | sha256sum | cut -c 1-64)
      echo "wrote $MUSTER_INVOCATION_ID $MUSTER_ATTEMPT $size $sum" >> '%s'
      """;
  private static final String EXCLUSIVE = "{\"exclusive_group\":\"group\"}";

  private Hooks() {}

  /** Returns what {@link #LARGE} writes at a place. */
  static byte largeAt(String invocation, long place) {
    int at = (int) (place % (invocation.length() + 1));
    return (byte) (at == invocation.length() ? '\n' : invocation.charAt(at));
  }

  /** Writes all hooks into a folder; they write to this file. */
  static void write(Path folder, Path truth) throws IOException {
    write(folder, truth, QUICK, "", 0, "");
    write(folder, truth, FAIL, "", 3, "");
    write(folder, truth, MOODY, "[ $(($$ % 2)) -eq 0 ] || { note end; exit 3; }", 0, "");
    write(folder, truth, LARGE, WRITE.formatted(truth), 0, "");
    write(folder, truth, SLOW, "work", 0, "{\"prepare\":true}");
    write(folder, truth, STUBBORN, "trap '' TERM\nwork", 0, "");
    write(folder, truth, AGAIN, "work", 0, "{\"idempotent\":true}");
    write(folder, truth, SOLO, ALONE + "work", 0, EXCLUSIVE);
    write(folder, truth, DUET, ALONE + "work", 0, EXCLUSIVE);
  }

  private static void write(
      Path folder, Path truth, String action, String body, int exitCode, String sidecar)
      throws IOException {
    Path file = folder.resolve(action + ".sh");
    Files.writeString(
        file,
        """
        #!/bin/sh
        if [ "$MUSTER_PHASE" = prepare ]; then
          [ $(($$ %% 9)) -ne 0 ] || exit 1
          echo '{}'
          exit 0
        fi
        note() {
          read -r up rest < /proc/uptime
          echo "$1 $MUSTER_INVOCATION_ID $MUSTER_ATTEMPT $$ $up" >> '%s'
        }
        work() {
          sleep "$(tr -dc 0-9.)"
        }
        note start
        %s
        note end
        exit %d
        """
            .formatted(truth, body, exitCode));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    if (!sidecar.isEmpty()) {
      Files.writeString(folder.resolve(action + ".muster.json"), sidecar);
    }
  }
}
