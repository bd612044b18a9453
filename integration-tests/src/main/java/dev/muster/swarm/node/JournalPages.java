// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import dev.muster.proto.agent.v1.Directive;
import dev.muster.proto.agent.v1.DirectiveVerb;
import dev.muster.proto.agent.v1.JournalEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * A journal as Hello tells it, page by page, and what the server says to each page. Confined to the
 * event loop.
 */
final class JournalPages {
  /** Leaves room below the limit of a message for the rest of a Hello, and for one large entry. */
  private static final int PAGE_BYTES = 512 << 10;

  private final NodeRuns runs;
  private final List<List<JournalEntry>> pages = new ArrayList<>(1);
  private final Queue<Map<String, Told>> unanswered = new ArrayDeque<>(1);

  private record Told(Run run, int steps) {}

  /** Takes the journal as it is now. */
  JournalPages(NodeRuns runs) {
    this.runs = runs;
    List<JournalEntry> page = new ArrayList<>(0);
    Map<String, Told> told = new HashMap<>(0);
    int bytes = 0;
    for (Run run : runs.journal()) {
      JournalEntry entry =
          JournalEntry.newBuilder()
              .setInvocationId(run.id)
              .setEpoch(run.epoch)
              .addAllSteps(run.steps)
              .setRunning(run.phase == Run.Phase.RUNNING)
              .build();
      int size = entry.getSerializedSize() + 8;
      if (!page.isEmpty() && bytes + size > PAGE_BYTES) {
        pages.add(page);
        unanswered.add(told);
        page = new ArrayList<>();
        told = new HashMap<>();
        bytes = 0;
      }
      page.add(entry);
      told.put(run.id, new Told(run, run.steps.size()));
      bytes += size;
    }
    pages.add(page);
    unanswered.add(told);
  }

  /** Returns the pages, at least one. */
  List<List<JournalEntry>> pages() {
    return pages;
  }

  /** Deals with the server's answer to the next page; what it leaves out is reported. */
  void answered(List<Directive> directives) {
    Map<String, Told> page = unanswered.poll();
    if (page == null) {
      return;
    }
    for (Directive directive : directives) {
      Told told = page.remove(directive.getInvocationId());
      if (told != null) {
        runs.direct(told.run(), directive.getVerb(), told.steps());
      }
    }
    page.values()
        .forEach(
            told -> runs.direct(told.run(), DirectiveVerb.DIRECTIVE_VERB_REPORT, told.steps()));
  }
}
