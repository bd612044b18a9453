// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LabelsTest {
  @Test
  void of_isSortedAndComplete() {
    Labels labels = Labels.of(Map.of("zone", "a", "role", "web", "canary", ""));

    assertThat(labels).hasToString("canary=,role=web,zone=a");
    assertThat(labels.size()).isEqualTo(3);
    assertThat(labels.get("role")).contains("web");
    assertThat(labels.get("canary")).contains("");
    assertThat(labels.get("rol")).isEmpty();
  }

  @Test
  void of_equalLabels_areOneObject() {
    Labels first = Labels.of(Map.of("role", new String("web")));
    Labels second = Labels.of(Map.of("role", new String("web")));

    assertThat(second).isSameAs(first);
    assertThat(Labels.of(Map.of())).isSameAs(Labels.none());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "A1", "a.b-c_d", "example.com/role", "0/1", "a-b.c/x"})
  void of_soundKey_isTaken(String key) {
    assertThat(Labels.of(Map.of(key, "v")).get(key)).contains("v");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "-a", "a-", "a b", "é", "/a", "a/", "a/b/c", "A.com/x", "a..b/x", "-a/x", "a=b", "_"
      })
  void of_badKey_isRefused(String key) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Labels.of(Map.of(key, "v")))
        .withMessageContaining("label key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-", "a-", "a b", "a/b", "é", ","})
  void of_badValue_isRefused(String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Labels.of(Map.of("key", value)))
        .withMessageContaining("label value");
  }

  @Test
  void of_lengths_areBounded() {
    String prefix = "a".repeat(253);

    assertThat(Labels.of(Map.of(prefix + "/" + "k".repeat(63), "v".repeat(63))).size()).isOne();
    assertThatIllegalArgumentException().isThrownBy(() -> Labels.of(Map.of(prefix + "a/k", "v")));
    assertThatIllegalArgumentException().isThrownBy(() -> Labels.of(Map.of("k".repeat(64), "v")));
    assertThatIllegalArgumentException().isThrownBy(() -> Labels.of(Map.of("k", "v".repeat(64))));
  }

  @Test
  void of_number_isBounded() {
    Map<String, String> labels = new HashMap<>();
    for (int i = 0; i < Labels.MAX_LABELS; i++) {
      labels.put("k" + i, "v");
    }

    assertThat(Labels.of(labels).size()).isEqualTo(64);
    labels.put("one-more", "v");
    assertThatIllegalArgumentException().isThrownBy(() -> Labels.of(labels));
  }

  @RepeatedTest(5)
  void get_agreesWithAMap() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Map<String, String> map = new TreeMap<>();
    for (int i = random.nextInt(40); i > 0; i--) {
      map.put("k" + random.nextInt(60), "v" + random.nextInt(5));
    }

    Labels labels = Labels.of(map);

    assertThat(labels.asMap()).as("seed %d", seed).isEqualTo(map);
    for (int i = 0; i < 60; i++) {
      String key = "k" + i;
      assertThat(labels.get(key).orElse(null)).as("seed %d", seed).isEqualTo(map.get(key));
    }
  }
}
