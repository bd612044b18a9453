// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.wire.JoinToken;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.OperatorToken;
import dev.muster.wire.Secret;
import dev.muster.wire.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeyedHashTest {
  private static final UUID ID = UUID.fromString("01935a2b-7c4d-7e8f-9a0b-1c2d3e4f5a6b");
  private static final Secret SECRET = Secret.of(new byte[32]);
  private static final NodeSecretKey KEY = new NodeSecretKey(ID, SECRET);

  @Test
  void hash_isPinned() {
    // What is stored today must match tomorrow.
    assertThat(KeyedHash.of(new byte[32]).hash(KEY))
        .hasToString("44669370b53cf231ab3dc83dbf436b7651a5ca8e4c78dfe09c0476e9c0f5039b");
  }

  @Test
  void hash_dependsOnPepperKindIdAndSecret() {
    KeyedHash hash = KeyedHash.of(new byte[32]);
    byte[] otherPepper = new byte[32];
    otherPepper[31] = 1;
    Sha256 expected = hash.hash(KEY);

    assertThat(hash.hash(new NodeSecretKey(ID, Secret.of(new byte[32])))).isEqualTo(expected);
    assertThat(KeyedHash.of(otherPepper).hash(KEY)).isNotEqualTo(expected);
    assertThat(hash.hash(new OperatorToken(ID, SECRET))).isNotEqualTo(expected);
    assertThat(hash.hash(new JoinToken(ID, SECRET, Optional.empty()))).isNotEqualTo(expected);
    assertThat(hash.hash(new NodeSecretKey(new UUID(1, 2), SECRET))).isNotEqualTo(expected);
    assertThat(hash.hash(new NodeSecretKey(ID, Secret.of(otherPepper)))).isNotEqualTo(expected);
    assertThat(hash.derive("pages")).isNotEqualTo(hash.derive("prepare"));
  }

  @Test
  void matches_comparesAllBytes() {
    Sha256 hash = KeyedHash.of(new byte[32]).hash(KEY);

    assertThat(KeyedHash.matches(hash, Sha256.of(hash.bytes()))).isTrue();
    for (int i = 0; i < KeyedHash.BYTES; i++) {
      byte[] other = hash.bytes();
      other[i] ^= 1;
      assertThat(KeyedHash.matches(hash, Sha256.of(other))).as("byte %d", i).isFalse();
    }
  }

  @Test
  void load_makesAPrivatePepperOnce(@TempDir Path directory) throws Exception {
    KeyedHash first = KeyedHash.load(directory, new SecureRandom());
    KeyedHash second = KeyedHash.load(directory, new SecureRandom());

    assertThat(second.hash(KEY)).isEqualTo(first.hash(KEY));
    assertThat(directory.toFile().list()).containsExactly("pepper");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory.resolve("pepper"))))
        .isEqualTo("rw-------");
  }

  @Test
  void load_damagedPepper_isRefused(@TempDir Path directory) throws Exception {
    Files.write(directory.resolve("pepper"), new byte[31]);

    assertThatThrownBy(() -> KeyedHash.load(directory, new SecureRandom()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("31 bytes instead of 32");
  }
}
