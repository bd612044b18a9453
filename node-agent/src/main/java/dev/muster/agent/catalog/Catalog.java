// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.catalog;

import com.google.protobuf.ByteString;
import dev.muster.proto.agent.v1.CatalogPage;
import dev.muster.proto.type.v1.Action;
import dev.muster.wire.CatalogDigest;
import dev.muster.wire.Limits;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that a node can do, sorted by name, and the digest of it. At most {@value
 * Limits#CATALOG_ACTIONS} actions and 512 KiB; what does not fit is left out, with a line in the
 * log. Where two have one name, the first wins. Immutable, thread-safe.
 */
public final class Catalog {
  private static final Logger log = LoggerFactory.getLogger(Catalog.class);

  private final SortedMap<String, CatalogEntry> entries;
  private final ByteString digest;

  private Catalog(SortedMap<String, CatalogEntry> entries) {
    this.entries = entries;
    this.digest = ByteString.copyFrom(CatalogDigest.of(declarations(entries.values())));
  }

  /** Returns a catalog of these. */
  public static Catalog of(Collection<CatalogEntry> candidates) {
    SortedMap<String, CatalogEntry> entries = new TreeMap<>();
    long bytes = 0;
    for (CatalogEntry entry : candidates) {
      long size = sizeInPage(entry.declaration());
      if (entries.containsKey(entry.name())) {
        log.warn("Action {} is declared twice; the first stands.", entry.name());
      } else if (entries.size() == Limits.CATALOG_ACTIONS
          || bytes + size > Limits.CATALOG_BYTES
          || size > Limits.CATALOG_PAGE_BYTES) {
        log.error("Action {} does not fit into the catalog and is left out.", entry.name());
      } else {
        entries.put(entry.name(), entry);
        bytes += size;
      }
    }
    return new Catalog(entries);
  }

  /** Returns the entry of this name. */
  public Optional<CatalogEntry> find(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  /** Returns the number of actions. */
  public int size() {
    return entries.size();
  }

  /** Returns the digest that tells one catalog from another. */
  public ByteString digest() {
    return digest;
  }

  /** Returns the catalog in pages of at most this size; one empty page for an empty catalog. */
  public List<CatalogPage> pages(int maxBytes) {
    int room = Math.min(Math.max(maxBytes, 1), Limits.CATALOG_PAGE_BYTES);
    List<CatalogPage> pages = new ArrayList<>();
    CatalogPage.Builder page = CatalogPage.newBuilder().setDigest(digest);
    for (Action action : declarations(entries.values())) {
      if (page.getActionsCount() > 0
          && page.buildPartial().getSerializedSize() + sizeInPage(action) > room) {
        pages.add(page.setContinues(true).build());
        page = CatalogPage.newBuilder().setDigest(digest);
      }
      page.addActions(action);
    }
    pages.add(page.build());
    return pages;
  }

  private static List<Action> declarations(Collection<CatalogEntry> entries) {
    return entries.stream().map(CatalogEntry::declaration).toList();
  }

  /** The action itself, its tag and length, and the digest and flag of its page. */
  private static long sizeInPage(Action action) {
    return action.getSerializedSize() + 48L;
  }
}
