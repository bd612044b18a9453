// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Valid selectors, damaged: each is refused with a sentence and a position inside it, or parsed to
 * something that reads itself again. None chooses all nodes for a slip.
 *
 * <p>{@code -Dmuster.fuzz.inputs=…} tries more, {@code -Dmuster.fuzz.seed=…} the same again.
 */
final class LabelSelectorFuzzTest {
  private static final int INPUTS = Integer.getInteger("muster.fuzz.inputs", 60_000);
  private static final String[] VALID = {
    "role=web,zone in (a,b),!canary,tier!=db",
    "x.org/tier notin (a, b ,c)",
    "role==web",
    "canary",
    "!canary , in in (in)",
    "a_b=1.2-3"
  };
  private static final String INTERESTING = "()=!, \tabin/.-_019\0é\ud83d";
  private static final Labels SOME = Labels.of(Map.of("role", "web", "zone", "a"));

  @Test
  void damagedSelector_isRefused_orReadsItselfAgain() throws MalformedSelectorException {
    Long given = Long.getLong("muster.fuzz.seed");
    long seed = given != null ? given : new Random().nextLong();
    System.out.println("LabelSelectorFuzzTest: -Dmuster.fuzz.seed=" + seed);
    Random random = new Random(seed);
    int parsed = 0;
    for (int i = 0; i < INPUTS; i++) {
      String text = VALID[random.nextInt(VALID.length)];
      for (int damage = random.nextInt(4); damage > 0; damage--) {
        text = damaged(random, text);
      }
      parsed += isParsed(seed, text) ? 1 : 0;
    }
    assertThat(parsed).as("seed %d reaches both answers", seed).isBetween(INPUTS / 50, INPUTS - 1);
  }

  private static boolean isParsed(long seed, String text) throws MalformedSelectorException {
    LabelSelector selector;
    try {
      selector = LabelSelector.parse(text);
    } catch (MalformedSelectorException e) {
      assertThat(e.getMessage()).as("seed %d", seed).isNotEmpty();
      assertThat(e.offset()).as("seed %d: %s", seed, text).isBetween(0, text.length());
      return false;
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError("-Dmuster.fuzz.seed=" + seed + ": " + text, e);
    }
    LabelSelector again = LabelSelector.parse(selector.toString());
    assertThat(again).as("seed %d: %s", seed, text).isEqualTo(selector);
    assertThat(again.matches(SOME)).as("seed %d: %s", seed, text).isEqualTo(selector.matches(SOME));
    assertThat(selector).as("seed %d: %s", seed, text).isNotEqualTo(LabelSelector.everything());
    return true;
  }

  private static String damaged(Random random, String text) {
    int at = random.nextInt(text.length() + 1);
    char other = INTERESTING.charAt(random.nextInt(INTERESTING.length()));
    return switch (random.nextInt(6)) {
      case 0 -> text.substring(0, at);
      case 1 -> text.substring(0, at) + other + text.substring(at);
      case 2 -> text + "," + text.substring(at);
      case 3 -> text.substring(at) + text.substring(0, at);
      case 4 -> random.nextInt(200) == 0 ? text.repeat(40) : text + other;
      default ->
          at == text.length()
              ? text + other
              : text.substring(0, at) + other + text.substring(at + 1);
    };
  }
}
