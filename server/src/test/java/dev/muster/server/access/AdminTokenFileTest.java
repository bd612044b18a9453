// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.wire.OperatorToken;
import dev.muster.wire.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AdminTokenFileTest {
  private static final OperatorToken TOKEN =
      new OperatorToken(new UUID(1, 2), Secret.of(new byte[32]));

  @TempDir Path directory;

  @Test
  void write_leavesAPrivateFileThatReadsBack() throws Exception {
    AdminTokenFile file = new AdminTokenFile(directory);

    file.write(TOKEN);

    assertThat(file.read()).contains(TOKEN);
    assertThat(file.path()).isEqualTo(directory.resolve("admin-token"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())))
        .isEqualTo("rw-------");
    assertThat(directory.toFile().list()).containsExactly("admin-token");
  }

  @Test
  void write_overAnOpenFile_closesIt() throws Exception {
    AdminTokenFile file = new AdminTokenFile(directory);
    Files.writeString(file.path(), "old");

    file.write(TOKEN);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())))
        .isEqualTo("rw-------");
  }

  @Test
  void read_missing_isEmpty() throws Exception {
    assertThat(new AdminTokenFile(directory).read()).isEmpty();
  }

  @Test
  void read_damaged_tellsSoWithoutTheToken() throws Exception {
    AdminTokenFile file = new AdminTokenFile(directory);
    String damaged = TOKEN.format().replaceAll(".$", "!");
    Files.writeString(file.path(), damaged);

    assertThatThrownBy(file::read)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("checksum")
        .hasMessageNotContaining(damaged);
  }

  @Test
  void role_includesThoseBefore() {
    assertThat(Role.ADMIN.includes(Role.VIEWER)).isTrue();
    assertThat(Role.OPERATOR.includes(Role.OPERATOR)).isTrue();
    assertThat(Role.OPERATOR.includes(Role.APPROVER)).isFalse();
  }
}
