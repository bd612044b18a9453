// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.muster.wire.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PageTokensTest {
  private static final PageTokens TOKENS = new PageTokens(new byte[32]);
  private static final Sha256 FILTER = Sha256.hash("state=FAILED".getBytes(StandardCharsets.UTF_8));
  private static final Sha256 OTHER_FILTER = Sha256.hash(new byte[0]);
  private static final byte[] KEYSET = {0, 1, 2, -1, 127, -128};

  @Test
  void open_forTheSameCallerAndFilter_returnsThePosition() {
    String token = TOKENS.issue("alice", FILTER, KEYSET);

    assertThat(TOKENS.open("alice", FILTER, token))
        .isInstanceOfSatisfying(
            OpenedPageToken.Ok.class, ok -> assertThat(ok.keyset()).isEqualTo(KEYSET));
  }

  @Test
  void open_emptyAndLargestPosition_roundTrip() {
    for (int length : new int[] {0, 1, 1_024}) {
      String token = TOKENS.issue("alice", FILTER, new byte[length]);

      assertThat(TOKENS.open("alice", FILTER, token))
          .isInstanceOfSatisfying(
              OpenedPageToken.Ok.class, ok -> assertThat(ok.keyset()).hasSize(length));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TOKENS.issue("alice", FILTER, new byte[1_025]));
  }

  @Test
  void open_forAnotherCallerOrFilter_isForeign() {
    String token = TOKENS.issue("alice", FILTER, KEYSET);

    assertThat(TOKENS.open("bob", FILTER, token)).isEqualTo(new OpenedPageToken.Foreign());
    assertThat(TOKENS.open("alice", OTHER_FILTER, token)).isEqualTo(new OpenedPageToken.Foreign());
    assertThat(TOKENS.open("", FILTER, token)).isEqualTo(new OpenedPageToken.Foreign());
  }

  @Test
  void open_underAnotherKey_isInvalid() {
    byte[] otherKey = new byte[32];
    otherKey[0] = 1;

    assertThat(
            new PageTokens(otherKey).open("alice", FILTER, TOKENS.issue("alice", FILTER, KEYSET)))
        .isEqualTo(new OpenedPageToken.Invalid());
  }

  @Test
  void open_withAnyBitFlipped_isInvalid() {
    byte[] token = Base64.getUrlDecoder().decode(TOKENS.issue("alice", FILTER, KEYSET));
    for (int bit = 0; bit < token.length * 8; bit++) {
      byte[] flipped = token.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);

      assertThat(TOKENS.open("alice", FILTER, encode(flipped)))
          .as("bit %d", bit)
          .isEqualTo(new OpenedPageToken.Invalid());
    }
  }

  @Test
  void open_withAnyCharacterChangedAddedOrCut_isInvalid() {
    String token = TOKENS.issue("alice", FILTER, KEYSET);
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ \n";
    for (int i = 0; i <= token.length(); i++) {
      assertInvalid(token.substring(0, i) + "A" + token.substring(i));
      if (i == token.length()) {
        break;
      }
      assertInvalid(token.substring(0, i));
      for (int j = 0; j < alphabet.length(); j++) {
        if (alphabet.charAt(j) != token.charAt(i)) {
          assertInvalid(token.substring(0, i) + alphabet.charAt(j) + token.substring(i + 1));
        }
      }
    }
    assertInvalid(token + "=");
    assertInvalid(token + "==");
  }

  @Test
  void open_randomText_isInvalid() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(100)];
      random.nextBytes(bytes);
      String text =
          random.nextBoolean() ? encode(bytes) : new String(bytes, StandardCharsets.UTF_8);

      assertThat(TOKENS.open("alice", FILTER, text))
          .as("seed %d: %s", seed, text)
          .isEqualTo(new OpenedPageToken.Invalid());
    }
  }

  private static void assertInvalid(String text) {
    assertThat(TOKENS.open("alice", FILTER, text))
        .as(text)
        .isEqualTo(new OpenedPageToken.Invalid());
  }

  private static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
