// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessTreeTest {
  private static final int LOOKS = 300;

  private final ProcessTree tree = new ProcessTree();

  /**
   * While it becomes another program, a process shows no environment: it was passed over as not
   * there.
   */
  @Test
  void processInTheMiddleOfAnExec_isFound(@TempDir Path directory) throws IOException {
    Path program = directory.resolve("again");
    Files.writeString(program, "#!/bin/sh\nexec \"$0\"\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    String marker = UUID.randomUUID().toString();
    ProcessBuilder builder = new ProcessBuilder(program.toString());
    builder.environment().put(RunEnvironment.RUN_ID, marker);
    Process process = builder.start();
    try {
      List<RunTrace> traces =
          List.of(new RunTrace(RunEnvironment.RUN_ID + "=" + marker, Optional.empty()));
      int missed = 0;
      for (int look = 0; look < LOOKS; look++) {
        if (tree.find(traces).isEmpty()) {
          missed++;
        }
      }

      assertThat(missed).isZero();
    } finally {
      process.destroyForcibly();
    }
  }
}
