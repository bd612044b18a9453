// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import dev.muster.wire.Sha256;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a node can do, by name. Nodes that announce the same share one object. Immutable,
 * thread-safe.
 *
 * @param digest digest of what was announced, refused entries included
 * @param byName the accepted actions, sorted by name
 */
public record Catalog(Sha256 digest, Map<String, Action> byName) {
  /** The catalog of a node that has announced none, or one without an action. */
  public static final Catalog EMPTY =
      new Catalog(
          Sha256.parse("267ec836990954ff19cb2ed47b4a27ec2bfa56df44f8d810e75469fe13e88359"),
          Map.of());

  /** Copies and sorts the actions. */
  public Catalog {
    byName = Collections.unmodifiableMap(new TreeMap<>(byName));
  }

  /**
   * Returns the catalog of these actions.
   *
   * @throws IllegalArgumentException if two have one name
   */
  public static Catalog of(Sha256 digest, Collection<Action> actions) {
    Map<String, Action> byName = new TreeMap<>();
    for (Action action : actions) {
      if (byName.put(action.name(), action) != null) {
        throw new IllegalArgumentException("two actions named " + action.name());
      }
    }
    return new Catalog(digest, byName);
  }

  /** Returns the action of this name. */
  public Optional<Action> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** Returns the actions, sorted by name. */
  public Collection<Action> actions() {
    return byName.values();
  }
}
