// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.wire.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Valid page tokens, damaged: none opens, and none throws.
 *
 * <p>{@code -Dmuster.fuzz.inputs=…} tries more, {@code -Dmuster.fuzz.seed=…} the same again.
 */
final class PageTokensFuzzTest {
  private static final int INPUTS = Integer.getInteger("muster.fuzz.inputs", 60_000);
  private static final String INTERESTING = "AZaz09-_=+/. \n\0é\ud83d";

  @Test
  void damagedToken_neverOpens() {
    Long given = Long.getLong("muster.fuzz.seed");
    long seed = given != null ? given : new Random().nextLong();
    System.out.println("PageTokensFuzzTest: -Dmuster.fuzz.seed=" + seed);
    Random random = new Random(seed);
    byte[] key = new byte[32];
    random.nextBytes(key);
    PageTokens tokens = new PageTokens(key);
    Sha256 filter = Sha256.hash("state=FAILED".getBytes(StandardCharsets.UTF_8));
    int opened = 0;
    for (int i = 0; i < INPUTS; i++) {
      byte[] keyset = new byte[random.nextInt(60)];
      random.nextBytes(keyset);
      String valid = tokens.issue("alice", filter, keyset);
      String text = valid;
      for (int damage = random.nextInt(3); damage > 0; damage--) {
        text = damaged(random, text);
      }
      OpenedPageToken answer = tokens.open("alice", filter, text);
      boolean isOk = answer instanceof OpenedPageToken.Ok;
      assertThat(isOk).as("-Dmuster.fuzz.seed=%d: %s", seed, text).isEqualTo(text.equals(valid));
      assertThat(tokens.open("bob", filter, text)).isNotInstanceOf(OpenedPageToken.Ok.class);
      opened += isOk ? 1 : 0;
    }
    assertThat(opened).as("seed %d reaches both answers", seed).isBetween(INPUTS / 10, INPUTS - 1);
  }

  private static String damaged(Random random, String text) {
    int at = random.nextInt(text.length() + 1);
    char other = INTERESTING.charAt(random.nextInt(INTERESTING.length()));
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
