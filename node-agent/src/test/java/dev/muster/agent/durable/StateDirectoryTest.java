// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.durable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StateDirectoryTest {
  @Test
  void directory_isHeldByOneAtATime(@TempDir Path directory) throws IOException {
    Path path = directory.resolve("state");

    try (StateDirectory first = StateDirectory.take(path)) {
      assertThat(first.path()).isDirectory();
      assertThatThrownBy(() -> StateDirectory.take(path))
          .isInstanceOf(StateDirectory.StateDirectoryBusyException.class);
    }
    StateDirectory.take(path).close();
  }
}
