// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import dev.muster.proto.agent.v1.JournalEntry;
import java.util.ArrayList;
import java.util.List;

/** Cuts a journal into pages that fit into a message. Pure. */
final class HelloPager {
  /** Leaves room below the limit of 1 MiB for the rest of a Hello, and for one large entry. */
  private static final int PAGE_BYTES = 512 << 10;

  private HelloPager() {}

  /** Returns the pages, at least one. */
  static List<List<JournalEntry>> pages(List<JournalEntry> journal) {
    List<List<JournalEntry>> pages = new ArrayList<>();
    List<JournalEntry> page = new ArrayList<>();
    int bytes = 0;
    for (JournalEntry entry : journal) {
      int size = entry.getSerializedSize() + 8;
      if (!page.isEmpty() && bytes + size > PAGE_BYTES) {
        pages.add(page);
        page = new ArrayList<>();
        bytes = 0;
      }
      page.add(entry);
      bytes += size;
    }
    pages.add(page);
    return pages;
  }
}
