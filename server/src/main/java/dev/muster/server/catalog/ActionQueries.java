// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import dev.muster.server.catalog.ActionOffer.Position;
import dev.muster.server.node.LabelSelector;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeDirectory;
import dev.muster.server.node.Presence;
import dev.muster.server.page.Page;
import dev.muster.wire.Sha256;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a fleet can do: the catalogs of many nodes as one list. Answers from memory. Thread-safe.
 */
public final class ActionQueries {
  private final NodeDirectory nodes;
  private final CatalogDirectory catalogs;
  private final Presence presence;

  /** Reads from these. */
  public ActionQueries(NodeDirectory nodes, CatalogDirectory catalogs, Presence presence) {
    this.nodes = nodes;
    this.catalogs = catalogs;
    this.presence = presence;
  }

  /**
   * Returns what a cohort offers, by name, then the most offered first.
   *
   * @param action only this one; empty: all
   * @param after only what stands behind this position
   */
  public Page<ActionOffer> offers(
      String projectId, LabelSelector selector, String action, Optional<Position> after, int size) {
    Map<Sha256, Offering> byCatalog = new HashMap<>();
    for (Node node : nodes.match(projectId, selector)) {
      byCatalog
          .computeIfAbsent(node.catalogDigest(), digest -> new Offering())
          .add(presence.isOnline(node.id()));
    }
    Map<Action, Offering> byAction = new HashMap<>();
    byCatalog.forEach(
        (digest, offering) ->
            actions(digest, action)
                .forEach(
                    declared ->
                        byAction.computeIfAbsent(declared, key -> new Offering()).add(offering)));
    TreeMap<Position, ActionOffer> sorted = new TreeMap<>();
    byAction.forEach(
        (declared, offering) -> {
          Position position =
              new Position(declared.name(), offering.nodes, ActionDigest.of(declared));
          sorted.put(
              position, new ActionOffer(declared, offering.nodes, offering.online, position));
        });
    List<ActionOffer> offers =
        new ArrayList<>(after.map(from -> sorted.tailMap(from, false)).orElse(sorted).values());
    return Page.cut(offers, size);
  }

  private List<Action> actions(Sha256 digest, String name) {
    Catalog catalog = catalogs.find(digest).orElse(Catalog.EMPTY);
    return name.isEmpty()
        ? List.copyOf(catalog.actions())
        : catalog.find(name).map(List::of).orElse(List.of());
  }

  private static final class Offering {
    int nodes;
    int online;

    void add(boolean isOnline) {
      nodes++;
      online += isOnline ? 1 : 0;
    }

    void add(Offering other) {
      nodes += other.nodes;
      online += other.online;
    }
  }
}
