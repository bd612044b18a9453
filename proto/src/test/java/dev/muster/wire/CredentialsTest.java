// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The three credentials: exactly one text for each, and a clear refusal for anything else. */
final class CredentialsTest {
  private static final UUID ID = UUID.fromString("01935a2b-7c4d-7e8f-9a0b-1c2d3e4f5a6b");
  private static final Secret SECRET = Secret.of(bytes(32, 7));
  private static final byte[] CA = bytes(32, 200);
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+/= \n\0~é";

  @Test
  void nodeSecretKey_format_isPinned() throws Exception {
    NodeSecretKey key = new NodeSecretKey(ID, SECRET);

    assertThat(key.format())
        .isEqualTo("nsk_AZNaK3xNfo-aCxwtPk9aawcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUm_7f36c074")
        .hasSize(77);
    assertThat(NodeSecretKey.parse(key.format())).isEqualTo(key);
  }

  @Test
  void operatorToken_roundTrips() throws Exception {
    OperatorToken token = new OperatorToken(ID, SECRET);

    assertThat(token.format()).startsWith("mot_").hasSize(77);
    assertThat(OperatorToken.parse(token.format())).isEqualTo(token);
  }

  @Test
  void joinToken_roundTrips_withAndWithoutCa() throws Exception {
    JoinToken tls = new JoinToken(ID, SECRET, Optional.of(CA));
    JoinToken plaintext = new JoinToken(ID, SECRET, Optional.empty());

    assertThat(tls.format()).startsWith("mjt_").hasSize(68 + 1 + 43);
    assertThat(plaintext.format()).hasSize(68);
    assertThat(JoinToken.parse(tls.format())).isEqualTo(tls).isNotEqualTo(plaintext);
    assertThat(JoinToken.parse(plaintext.format())).isEqualTo(plaintext);
    assertThat(JoinToken.parse(tls.format()).caPublicKeySha256().orElseThrow()).isEqualTo(CA);
  }

  @Test
  void joinToken_copiesTheDigest() {
    byte[] digest = CA.clone();
    JoinToken token = new JoinToken(ID, SECRET, Optional.of(digest));

    digest[0]++;
    token.caPublicKeySha256().orElseThrow()[1]++;

    assertThat(token.caPublicKeySha256().orElseThrow()).isEqualTo(CA);
  }

  @Test
  void toString_tellsNoSecret() {
    String secret = new NodeSecretKey(ID, SECRET).format().substring(30, 60);

    assertThat(List.of(new NodeSecretKey(ID, SECRET), new OperatorToken(ID, SECRET)))
        .allSatisfy(key -> assertThat(key.toString()).contains("redacted").doesNotContain(secret));
    assertThat(new JoinToken(ID, SECRET, Optional.of(CA)).toString())
        .contains("redacted")
        .doesNotContain(secret);
  }

  @Test
  void equals_seesEachByteOfTheSecret() {
    for (int i = 0; i < Secret.BYTES; i++) {
      byte[] other = SECRET.bytes();
      other[i] ^= 1;

      assertThat(new NodeSecretKey(ID, Secret.of(other)))
          .isNotEqualTo(new NodeSecretKey(ID, SECRET));
    }
  }

  @Test
  void parse_ofNodeSecretKey_refusesEverySingleCharacterMutation() {
    String valid = new NodeSecretKey(ID, SECRET).format();

    assertThat(mutations(valid)).allSatisfy(text -> assertRefused(() -> NodeSecretKey.parse(text)));
  }

  @Test
  void parse_ofOperatorToken_refusesEverySingleCharacterMutation() {
    String valid = new OperatorToken(ID, SECRET).format();

    assertThat(mutations(valid)).allSatisfy(text -> assertRefused(() -> OperatorToken.parse(text)));
  }

  @Test
  void parse_ofJoinToken_neverReadsAMutationAsTheSameToken() throws Exception {
    JoinToken token = new JoinToken(ID, SECRET, Optional.of(CA));

    for (String text : mutations(token.format())) {
      try {
        JoinToken parsed = JoinToken.parse(text);
        assertThat(parsed).isNotEqualTo(token);
        assertThat(parsed.format()).isEqualTo(text);
      } catch (CredentialFormatException e) {
        assertThat(e).hasMessageEndingWith(".");
      }
    }
  }

  @Test
  void parse_refusesCutAndLongerTexts() {
    String key = new NodeSecretKey(ID, SECRET).format();
    String token = new JoinToken(ID, SECRET, Optional.of(CA)).format();

    for (int length = 0; length < key.length(); length++) {
      String cut = key.substring(0, length);
      assertRefused(() -> NodeSecretKey.parse(cut));
    }
    for (int length = 0; length < token.length(); length++) {
      String cut = token.substring(0, length);
      if (length != token.indexOf('.')) { // There a plaintext server's token ends.
        assertRefused(() -> JoinToken.parse(cut));
      }
    }
    for (String added : List.of(" ", "\n", "A", "=", "_00000000", ".")) {
      assertRefused(() -> NodeSecretKey.parse(key + added));
      assertRefused(() -> JoinToken.parse(token + added));
    }
  }

  @Test
  void parse_refusesAnotherKindOfCredential() {
    String node = new NodeSecretKey(ID, SECRET).format();
    String operator = new OperatorToken(ID, SECRET).format();

    assertThatThrownBy(() -> NodeSecretKey.parse(operator))
        .isInstanceOf(CredentialFormatException.class)
        .hasMessage("This node secret key does not begin with nsk_.");
    assertThatThrownBy(() -> OperatorToken.parse(node))
        .isInstanceOf(CredentialFormatException.class)
        .hasMessage("This operator token does not begin with mot_.");
  }

  @TestFactory
  List<DynamicTest> parse_ofRandomText_throwsNothingElse() {
    return Arrays.asList(
        fuzz("nsk_", NodeSecretKey::parse),
        fuzz("mot_", OperatorToken::parse),
        fuzz("mjt_", JoinToken::parse));
  }

  private static DynamicTest fuzz(String prefix, Parser parser) {
    long seed = new Random().nextLong();
    return DynamicTest.dynamicTest(
        prefix + " seed " + seed,
        () -> {
          Random random = new Random(seed);
          for (int i = 0; i < 20_000; i++) {
            String text = (random.nextBoolean() ? prefix : "") + randomText(random);
            try {
              parser.parse(text);
            } catch (CredentialFormatException e) {
              assertThat(e.getMessage()).isNotEmpty();
            }
          }
        });
  }

  private static String randomText(Random random) {
    int[] lengths = {0, 1, 63, 64, 65, 73, 77, 108, random.nextInt(200)};
    StringBuilder text = new StringBuilder();
    for (int i = lengths[random.nextInt(lengths.length)]; i > 0; i--) {
      text.append(
          random.nextInt(50) == 0
              ? (char) random.nextInt(0x10000)
              : ALPHABET.charAt(random.nextInt(64)));
    }
    return text.toString();
  }

  /** Every text that differs from the valid one in one character. */
  private static List<String> mutations(String valid) {
    List<String> mutations = new ArrayList<>();
    for (int i = 0; i < valid.length(); i++) {
      for (int j = 0; j < ALPHABET.length(); j++) {
        char c = ALPHABET.charAt(j);
        if (c != valid.charAt(i)) {
          mutations.add(valid.substring(0, i) + c + valid.substring(i + 1));
        }
      }
    }
    return mutations;
  }

  private static void assertRefused(Attempt attempt) {
    assertThatThrownBy(attempt::run).isInstanceOf(CredentialFormatException.class);
  }

  private static byte[] bytes(int length, int first) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (first + i);
    }
    return bytes;
  }

  private interface Parser {
    Object parse(String text) throws CredentialFormatException;
  }

  private interface Attempt {
    void run() throws CredentialFormatException;
  }
}
