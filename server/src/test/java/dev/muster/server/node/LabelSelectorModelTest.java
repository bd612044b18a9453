// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Random selectors against an evaluator that shares no code with the real one, and random text
 * against the parser.
 */
final class LabelSelectorModelTest {
  private static final String[] KEYS = {"role", "zone", "in", "notin", "x.org/tier", "a_b"};
  private static final String[] VALUES = {"", "a", "b", "web", "in", "1.2-3"};

  /** A selector as text, and what it means. */
  private record Term(String text, Predicate<Map<String, String>> meaning) {}

  @RepeatedTest(4)
  void matches_agreesWithTheModel() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      List<Term> terms = new ArrayList<>();
      for (int t = 1 + random.nextInt(4); t > 0; t--) {
        terms.add(term(random));
      }
      String text = String.join(space(random) + "," + space(random), texts(terms));
      Map<String, String> labels = labels(random);
      boolean expected = terms.stream().allMatch(term -> term.meaning().test(labels));

      LabelSelector selector = LabelSelector.parse(text);

      assertThat(selector.matches(Labels.of(labels)))
          .as("seed %d: %s on %s", seed, text, labels)
          .isEqualTo(expected);
      assertThat(LabelSelector.parse(selector.toString()))
          .as("seed %d: %s again", seed, text)
          .isEqualTo(selector);
    }
  }

  @RepeatedTest(4)
  void parse_ofRandomText_throwsNothingElse() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    String[] pieces = {
      "role", "in", "notin", "(", ")", ",", "=", "!", " ", "a", "-", "/", "é", "\0"
    };
    int parsed = 0;
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int p = random.nextInt(9); p > 0; p--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      try {
        LabelSelector.parse(text.toString());
        parsed++;
      } catch (MalformedSelectorException e) {
        assertThat(e.offset()).as("seed %d: %s", seed, text).isBetween(0, text.length());
      }
    }
    assertThat(parsed).as("seed %d", seed).isPositive();
  }

  private static Term term(Random random) {
    String key = KEYS[random.nextInt(KEYS.length)];
    String gap = space(random);
    String value = VALUES[random.nextInt(VALUES.length)];
    return switch (random.nextInt(6)) {
      case 0 -> new Term(key, labels -> labels.containsKey(key));
      case 1 -> new Term("!" + gap + key, labels -> !labels.containsKey(key));
      case 2 ->
          new Term(
              key + gap + (random.nextBoolean() ? "=" : "==") + gap + value,
              labels -> labels.containsKey(key) && labels.get(key).equals(value));
      case 3 ->
          new Term(
              key + gap + "!=" + gap + value,
              labels -> !labels.containsKey(key) || !labels.get(key).equals(value));
      default -> set(random, key, gap);
    };
  }

  private static Term set(Random random, String key, String gap) {
    List<String> values = new ArrayList<>();
    for (int v = 1 + random.nextInt(3); v > 0; v--) {
      values.add(VALUES[random.nextInt(VALUES.length)]);
    }
    String list = gap + "(" + gap + String.join(gap + "," + gap, values) + gap + ")";
    return random.nextBoolean()
        ? new Term(
            key + " in" + list, labels -> labels.containsKey(key) && oneOf(values, labels.get(key)))
        : new Term(
            key + " notin" + list,
            labels -> !labels.containsKey(key) || !oneOf(values, labels.get(key)));
  }

  private static boolean oneOf(List<String> values, String value) {
    boolean found = false;
    for (String candidate : values) {
      found |= candidate.equals(value);
    }
    return found;
  }

  private static Map<String, String> labels(Random random) {
    Map<String, String> labels = new TreeMap<>();
    for (String key : KEYS) {
      if (random.nextBoolean()) {
        labels.put(key, VALUES[random.nextInt(VALUES.length)]);
      }
    }
    return labels;
  }

  private static List<String> texts(List<Term> terms) {
    return terms.stream().map(Term::text).toList();
  }

  private static String space(Random random) {
    return random.nextInt(3) == 0 ? " \t".substring(random.nextInt(2)) : "";
  }
}
