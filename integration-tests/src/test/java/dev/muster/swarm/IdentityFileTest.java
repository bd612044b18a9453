// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IdentityFileTest {
  @TempDir private Path folder = Path.of("");

  private static Identity identity(String name) {
    return new Identity(
        name, new NodeSecretKey(UUID.randomUUID(), Secret.random(new SecureRandom())));
  }

  @Test
  void whatWasAdded_isThereAgain_andForItsOwnerAlone() throws IOException {
    Path path = folder.resolve("keys");
    IdentityFile written = IdentityFile.open(Optional.of(path));
    List<Identity> identities = List.of(identity("swarm-00001"), identity("swarm-00002"));

    written.setAuthority("-----BEGIN CERTIFICATE-----\n");
    written.add(identities.subList(0, 1));
    written.add(identities.subList(1, 2));
    IdentityFile read = IdentityFile.open(Optional.of(path));

    assertThat(read.identities()).isEqualTo(identities);
    assertThat(read.authorityPem()).contains("-----BEGIN CERTIFICATE-----\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
  }

  @Test
  void damagedFile_isRefused_withoutAKeyInTheMessage() throws IOException {
    Path path = folder.resolve("keys");
    Files.writeString(path, "node swarm-00001 nsk_secret\n");

    assertThatThrownBy(() -> IdentityFile.open(Optional.of(path)))
        .isInstanceOf(IOException.class)
        .message()
        .doesNotContain("secret_");
  }

  @Test
  void noFile_keepsNothing() throws IOException {
    IdentityFile file = IdentityFile.open(Optional.empty());

    file.add(List.of(identity("swarm-00001")));

    assertThat(file.identities()).hasSize(1);
    assertThat(folder).isEmptyDirectory();
  }
}
