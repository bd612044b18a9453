// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import dev.muster.agent.journal.InvocationId;
import dev.muster.proto.agent.v1.Directive;
import dev.muster.proto.agent.v1.DirectiveVerb;
import dev.muster.proto.agent.v1.JournalEntry;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

/**
 * What Hello told of the journal, until the server has said what is to become of it: nothing of it
 * is reported before. Confined to the loop.
 */
final class Undirected {
  private final Map<InvocationId, Integer> stepsTold = new HashMap<>();
  private final Set<InvocationId> open = new HashSet<>();
  private final Queue<List<JournalEntry>> pages = new ArrayDeque<>();

  /** Does what the server decided. */
  interface Obedience {
    void direct(InvocationId id, DirectiveVerb verb, int stepsTold);
  }

  /** These pages are told. */
  void told(List<List<JournalEntry>> journal) {
    pages.addAll(journal);
    for (List<JournalEntry> page : journal) {
      for (JournalEntry entry : page) {
        InvocationId.parse(entry.getInvocationId())
            .ifPresent(
                id -> {
                  stepsTold.put(id, entry.getStepsCount());
                  open.add(id);
                });
      }
    }
  }

  boolean contains(InvocationId id) {
    return open.contains(id);
  }

  /** Deals with the server's answer to the next page. */
  void answered(List<Directive> directives, Obedience obedience) {
    List<JournalEntry> page = pages.poll();
    for (Directive directive : directives) {
      InvocationId.parse(directive.getInvocationId())
          .ifPresent(id -> direct(id, directive.getVerb(), obedience));
    }
    if (page != null) {
      for (JournalEntry entry : page) {
        // Nothing may stay held because an answer is missing.
        InvocationId.parse(entry.getInvocationId())
            .filter(open::contains)
            .ifPresent(id -> direct(id, DirectiveVerb.DIRECTIVE_VERB_REPORT, obedience));
      }
    }
  }

  private void direct(InvocationId id, DirectiveVerb verb, Obedience obedience) {
    open.remove(id);
    obedience.direct(id, verb, stepsTold.getOrDefault(id, 0));
  }
}
