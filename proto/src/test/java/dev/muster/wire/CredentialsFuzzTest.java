// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Valid keys and tokens, damaged: each is refused with a sentence that holds nothing of it, or is
 * another credential in its one form.
 *
 * <p>{@code -Dmuster.fuzz.inputs=…} tries more, {@code -Dmuster.fuzz.seed=…} the same again.
 */
final class CredentialsFuzzTest {
  private static final int INPUTS = Integer.getInteger("muster.fuzz.inputs", 60_000);
  private static final String INTERESTING = "AZaz09-_.=+/ \n\0é\ud83d";

  private interface Parser {
    String parseAndFormat(String text) throws CredentialFormatException;
  }

  @Test
  void damagedCredential_isRefused_orIsAnotherInItsOneForm() throws CredentialFormatException {
    Long given = Long.getLong("muster.fuzz.seed");
    long seed = given != null ? given : new Random().nextLong();
    System.out.println("CredentialsFuzzTest: -Dmuster.fuzz.seed=" + seed);
    Random random = new Random(seed);
    fuzz(
        seed,
        random,
        secret -> new NodeSecretKey(new UUID(1, 2), secret).format(),
        text -> NodeSecretKey.parse(text).format());
    fuzz(
        seed,
        random,
        secret -> new OperatorToken(new UUID(3, 4), secret).format(),
        text -> OperatorToken.parse(text).format());
    fuzz(
        seed,
        random,
        secret -> new JoinToken(new UUID(5, 6), secret, Optional.of(new byte[32])).format(),
        text -> JoinToken.parse(text).format());
  }

  private static void fuzz(long seed, Random random, Function<Secret, String> form, Parser parser)
      throws CredentialFormatException {
    String valid = form.apply(Secret.random(new SecureRandom()));
    assertThat(parser.parseAndFormat(valid)).isEqualTo(valid);
    int refused = 0;
    for (int i = 0; i < INPUTS / 3; i++) {
      String text = valid;
      for (int damage = 1 + random.nextInt(3); damage > 0; damage--) {
        text = damaged(random, text);
      }
      try {
        // One credential has one form: what is taken is what was given.
        assertThat(parser.parseAndFormat(text)).as("seed %d", seed).isEqualTo(text);
      } catch (CredentialFormatException e) {
        refused++;
        assertThat(e.getMessage()).as("seed %d", seed).isNotEmpty().doesNotContain(secretOf(valid));
      } catch (RuntimeException e) {
        throw new AssertionError("-Dmuster.fuzz.seed=" + seed + ": " + text, e);
      }
    }
    assertThat(refused).as("seed %d: refused", seed).isPositive();
  }

  /** Returns what nobody may read in a log. */
  private static String secretOf(String credential) {
    return credential.substring(30, 60);
  }

  private static String damaged(Random random, String text) {
    int at = random.nextInt(text.length() + 1);
    char other =
        random.nextInt(20) == 0
            ? (char) random.nextInt(0x10000)
            : INTERESTING.charAt(random.nextInt(INTERESTING.length()));
    return switch (random.nextInt(5)) {
      case 0 -> text.substring(0, at);
      case 1 -> text.substring(0, at) + other + text.substring(at);
      case 2 -> text + text.substring(at);
      case 3 -> text.substring(at) + text.substring(0, at);
      default ->
          at == text.length()
              ? text + other
              : text.substring(0, at) + other + text.substring(at + 1);
    };
  }
}
