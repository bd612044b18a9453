// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.access.Role;
import dev.muster.server.catalog.Action;
import dev.muster.server.catalog.ActionKind;
import dev.muster.server.catalog.Catalog;
import dev.muster.server.catalog.Danger;
import dev.muster.wire.Sha256;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the store of catalogs promises. */
abstract class CatalogStoreContract extends StoreContract {
  private static final Catalog CATALOG =
      Catalog.of(Sha256.hash(new byte[] {7}), List.of(bare(), full()));

  @Test
  void find_returnsWhatWasPut() {
    store().write(tx -> tx.catalogs().put(CATALOG));

    assertThat(find()).contains(CATALOG);
  }

  @Test
  void put_again_changesNothing() {
    store().write(tx -> tx.catalogs().put(CATALOG));

    store().write(tx -> tx.catalogs().put(Catalog.of(CATALOG.digest(), List.of(bare()))));

    assertThat(find()).contains(CATALOG);
  }

  @Test
  void forEach_handsOverThoseThatANodeHas() {
    Catalog unused = Catalog.of(Sha256.hash(new byte[] {8}), List.of());
    List<Catalog> inUse = new ArrayList<>();
    store()
        .write(
            tx -> {
              tx.catalogs().put(CATALOG);
              tx.catalogs().put(unused);
              tx.nodes().insert(Samples.node(1).withCatalogDigest(CATALOG.digest()), Map.of(), "");
              tx.nodes().insert(Samples.node(2).withCatalogDigest(CATALOG.digest()), Map.of(), "");
            });

    store()
        .read(
            tx -> {
              tx.catalogs().forEach(inUse::add);
              return 0;
            });

    assertThat(inUse).containsExactly(CATALOG);
  }

  private Optional<Catalog> find() {
    return store().read(tx -> tx.catalogs().find(CATALOG.digest()));
  }

  private static Action bare() {
    return new Action(
        "uptime",
        ActionKind.BUILTIN,
        Danger.LOW,
        "",
        "",
        "",
        Duration.ofMinutes(10),
        false,
        false,
        false,
        "",
        false,
        Optional.empty(),
        Role.OPERATOR,
        "",
        1 << 20,
        false);
  }

  private static Action full() {
    return new Action(
        "app.deploy",
        ActionKind.HOOK,
        Danger.CRITICAL,
        "Deploys – für alle",
        "1.4",
        "{\"type\":\"object\"}",
        Duration.ofMillis(1_500),
        true,
        true,
        true,
        "deploy",
        true,
        Optional.of(Sha256.hash(new byte[] {1})),
        Role.ADMIN,
        "now.getHours() < 8",
        64 << 20,
        true);
  }
}
