// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class Sha256Test {
  private static final String OF_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @Test
  void hash_isSha256OfTheParts() {
    Sha256 whole = Sha256.hash("abc".getBytes(StandardCharsets.US_ASCII));
    Sha256 parts = Sha256.hash(new byte[] {'a'}, new byte[0], new byte[] {'b', 'c'});

    assertThat(whole).hasToString(OF_ABC).isEqualTo(parts);
  }

  @Test
  void forms_roundTrip() {
    Sha256 digest = Sha256.parse(OF_ABC);

    assertThat(Sha256.of(digest.bytes())).isEqualTo(digest);
    assertThat(digest).isNotEqualTo(Sha256.of(new byte[Sha256.BYTES]));
  }

  @Test
  void of_anotherLength_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Sha256.of(new byte[31]));
    assertThatIllegalArgumentException().isThrownBy(() -> Sha256.parse(OF_ABC + "00"));
    assertThatIllegalArgumentException().isThrownBy(() -> Sha256.parse("x".repeat(64)));
  }
}
