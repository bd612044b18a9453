// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.access.Role;
import dev.muster.wire.Sha256;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class CatalogCheckTest {
  private static final Sha256 DIGEST = Sha256.hash(new byte[] {1});
  private static final CatalogCheck CHECK = new CatalogCheck(new InputSchemas());

  @Test
  void check_soundEntry_standsWithDefaultsFilledIn() {
    CatalogCheck.Outcome outcome = CHECK.check(DIGEST, List.of(new Entry().build()));

    Action action = outcome.catalog().find("echo").orElseThrow();
    assertThat(outcome.refusals()).isEmpty();
    assertThat(outcome.catalog().digest()).isEqualTo(DIGEST);
    assertThat(action.danger()).isEqualTo(Danger.LOW);
    assertThat(action.runTimeout()).isEqualTo(Duration.ofMinutes(10));
    assertThat(action.minRole()).isEqualTo(Role.OPERATOR);
    assertThat(action.outputLimitBytes()).isEqualTo(1 << 20);
    assertThat(action.hookDigest()).isEmpty();
    assertThat(action.needsConfirmation()).isFalse();
  }

  @Test
  void check_boundsThemselves_areTaken() {
    Entry entry = new Entry();
    entry.name = "a".repeat(128);
    entry.summary = "s".repeat(256);
    entry.version = "v".repeat(64);
    entry.exclusiveGroup = "g".repeat(128);
    entry.condition = "c".repeat(4_096);
    entry.outputLimitBytes = 64L << 20;
    entry.runTimeout = Optional.of(Duration.ofHours(24));
    Entry hook = new Entry();
    hook.name = "hook";
    hook.kind = "HOOK";
    hook.hookDigest = new byte[32];
    hook.runTimeout = Optional.of(Duration.ofSeconds(1));
    hook.danger = "CRITICAL";
    hook.minRole = "admin";

    CatalogCheck.Outcome outcome = CHECK.check(DIGEST, List.of(entry.build(), hook.build()));

    assertThat(outcome.refusals()).isEmpty();
    assertThat(outcome.catalog().find("hook").orElseThrow().needsConfirmation()).isTrue();
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        broken("name", entry -> entry.name = "", "A name has 1 to 128"),
        broken("upper case", entry -> entry.name = "Echo", "A name has"),
        broken("dot first", entry -> entry.name = ".echo", "A name has"),
        broken("long name", entry -> entry.name = "a".repeat(129), "A name has"),
        broken("webhook", entry -> entry.kind = "WEBHOOK", "The kind WEBHOOK is reserved."),
        broken("composite", entry -> entry.kind = "COMPOSITE", "reserved"),
        broken("no kind", entry -> entry.kind = "UNSPECIFIED", "The kind is missing"),
        broken("danger", entry -> entry.danger = "UNRECOGNIZED", "The danger is not known"),
        broken("summary", entry -> entry.summary = "s".repeat(257), "summary has more than 256"),
        broken("two lines", entry -> entry.summary = "a\nb", "summary has a control character"),
        broken("escape", entry -> entry.version = "\u001b[2J", "version has a control"),
        broken("version", entry -> entry.version = "v".repeat(65), "version has more than 64"),
        broken("group", entry -> entry.exclusiveGroup = "g".repeat(129), "exclusive_group has"),
        broken("condition", entry -> entry.condition = "c".repeat(4_097), "condition has more"),
        broken("schema", entry -> entry.schema = "{".getBytes(UTF_8), "input_schema_json: "),
        broken("not UTF-8", entry -> entry.schema = new byte[] {'"', -1, '"'}, "input_schema_json"),
        broken(
            "short",
            entry -> entry.runTimeout = Optional.of(Duration.ofMillis(999)),
            "1 s to 24 h"),
        broken(
            "long",
            entry -> entry.runTimeout = Optional.of(Duration.ofHours(24).plusNanos(1)),
            "1 s"),
        broken("output", entry -> entry.outputLimitBytes = -1, "output_limit_bytes is from 0"),
        broken("output", entry -> entry.outputLimitBytes = (64L << 20) + 1, "output_limit_bytes"),
        broken(
            "role", entry -> entry.minRole = "viewer", "min_role is operator, approver or admin."),
        broken("digest", entry -> entry.hookDigest = new byte[32], "Only a hook has"),
        broken("no digest", entry -> entry.kind = "HOOK", "A hook has a hook_digest of 32 bytes."));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("broken")
  void check_brokenEntry_isRefusedAndTheRestStands(
      String what, AnnouncedAction entry, String says) {
    Entry sound = new Entry();
    sound.name = "sound";

    CatalogCheck.Outcome outcome = CHECK.check(DIGEST, List.of(entry, sound.build()));

    assertThat(outcome.catalog().byName()).as(what).containsOnlyKeys("sound");
    assertThat(outcome.refusals()).hasSize(1);
    assertThat(outcome.refusals().get(0).message()).contains(says);
    assertThat(outcome.refusals().get(0).action()).hasSizeLessThanOrEqualTo(128);
  }

  @Test
  void check_nameTwice_keepsTheFirst() {
    Entry second = new Entry();
    second.summary = "second";

    CatalogCheck.Outcome outcome =
        CHECK.check(DIGEST, List.of(new Entry().build(), second.build()));

    assertThat(outcome.catalog().find("echo").orElseThrow().summary()).isEmpty();
    assertThat(outcome.refusals())
        .containsExactly(new CatalogRefusal("echo", "The catalog has this name twice."));
  }

  @Test
  void check_numberOfActionsAndRefusals_isBounded() {
    List<AnnouncedAction> many = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      Entry entry = new Entry();
      entry.name = "a" + i;
      many.add(entry.build());
    }

    CatalogCheck.Outcome outcome = CHECK.check(DIGEST, many);

    assertThat(outcome.catalog().actions()).hasSize(256);
    assertThat(outcome.refusals()).hasSize(256);
    assertThat(outcome.refusals().get(0))
        .isEqualTo(new CatalogRefusal("a256", "A catalog has at most 256 actions."));
  }

  private interface Change {
    void apply(Entry entry);
  }

  private static Arguments broken(String what, Change change, String says) {
    Entry entry = new Entry();
    change.apply(entry);
    return Arguments.of(what, entry.build(), says);
  }

  /** An entry that is sound until something is changed. */
  private static final class Entry {
    String name = "echo";
    String kind = "BUILTIN";
    String danger = "UNSPECIFIED";
    String summary = "";
    String version = "";
    byte[] schema = new byte[0];
    Optional<Duration> runTimeout = Optional.empty();
    String exclusiveGroup = "";
    byte[] hookDigest = new byte[0];
    String minRole = "";
    String condition = "";
    long outputLimitBytes;

    AnnouncedAction build() {
      return new AnnouncedAction(
          name,
          kind,
          danger,
          summary,
          version,
          schema,
          runTimeout,
          false,
          false,
          true,
          exclusiveGroup,
          false,
          hookDigest,
          minRole,
          condition,
          outputLimitBytes,
          false);
    }
  }
}
