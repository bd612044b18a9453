// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.muster.server.access.Role;
import dev.muster.wire.CatalogDigest;
import dev.muster.wire.Sha256;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class CatalogTest {
  private static final Sha256 DIGEST = Sha256.hash(new byte[] {1});

  @Test
  void empty_hasTheDigestOfNoActions() {
    assertThat(Catalog.EMPTY.digest()).isEqualTo(Sha256.of(CatalogDigest.of(List.of())));
    assertThat(Catalog.EMPTY.actions()).isEmpty();
  }

  @Test
  void of_isSortedByName() {
    Catalog catalog = Catalog.of(DIGEST, List.of(action("b", Danger.LOW), action("a", Danger.LOW)));

    assertThat(catalog.actions()).extracting(Action::name).containsExactly("a", "b");
    assertThat(catalog.find("b")).isPresent();
    assertThat(catalog.find("c")).isEmpty();
  }

  @Test
  void of_nameTwice_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Catalog.of(DIGEST, List.of(action("a", Danger.LOW), action("a", Danger.HIGH))));
  }

  @Test
  void between_tellsAddedRemovedAndChanged() {
    Catalog before =
        Catalog.of(
            DIGEST,
            List.of(
                action("gone", Danger.LOW),
                action("same", Danger.LOW),
                action("worse", Danger.LOW)));
    Catalog after =
        Catalog.of(
            DIGEST,
            List.of(
                action("new", Danger.LOW),
                action("same", Danger.LOW),
                action("worse", Danger.HIGH)));

    assertThat(CatalogChange.between(before, after))
        .containsExactly(
            new CatalogChange("gone", List.of("removed")),
            new CatalogChange("new", List.of("added")),
            new CatalogChange("worse", List.of("danger")));
    assertThat(CatalogChange.between(before, before)).isEmpty();
  }

  @Test
  void between_knowsEveryField() {
    List<String> protoFields =
        dev.muster.proto.type.v1.Action.getDescriptor().getFields().stream()
            .map(field -> field.getName())
            .toList();
    Action other =
        new Action(
            "a",
            ActionKind.HOOK,
            Danger.HIGH,
            "s",
            "v",
            "{}",
            Duration.ofSeconds(1),
            true,
            true,
            false,
            "g",
            true,
            Optional.of(DIGEST),
            Role.ADMIN,
            "c",
            2,
            true);

    List<String> changed =
        CatalogChange.between(
                Catalog.of(DIGEST, List.of(action("a", Danger.LOW))),
                Catalog.of(DIGEST, List.of(other)))
            .get(0)
            .fields();

    assertThat(changed).containsExactlyElementsOf(protoFields.subList(1, protoFields.size()));
  }

  private static Action action(String name, Danger danger) {
    return new Action(
        name,
        ActionKind.BUILTIN,
        danger,
        "",
        "",
        "",
        Duration.ofMinutes(10),
        false,
        false,
        true,
        "",
        false,
        Optional.empty(),
        Role.OPERATOR,
        "",
        1 << 20,
        false);
  }
}
