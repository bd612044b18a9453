// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.journal;

import static dev.muster.agent.journal.Entries.NOW;
import static dev.muster.agent.journal.Entries.accepted;
import static dev.muster.agent.journal.Entries.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.agent.durable.CrashableFiles;
import dev.muster.agent.durable.CrashableFiles.Crash;
import dev.muster.agent.durable.CrashableFiles.Loss;
import dev.muster.agent.process.ProcessMark;
import dev.muster.proto.type.v1.InvocationState;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The life of an invocation, cut off after each single step that the disk takes, with and without
 * what was not synced. Whatever had returned before must be there after; what was under way may be.
 */
final class JournalCrashTest {
  private final InvocationId id = Entries.id();
  private final JournalEntry accepted = accepted(id);
  private final JournalEntry starting = accepted.starting("marker");
  private final JournalEntry started = starting.started(new ProcessMark(1, 2, "boot"));
  private final JournalEntry settled =
      started.settled(step(InvocationState.INVOCATION_STATE_SUCCEEDED));
  private final List<JournalEntry> life = List.of(accepted, starting, started, settled);

  /** What had returned when the machine stopped. */
  private @Nullable Journal opened;

  private long confirmedEpoch;
  private int returned;

  @ParameterizedTest
  @EnumSource(Loss.class)
  void crashAtEveryStep_losesNothingThatHadReturned(Loss loss) throws IOException {
    CrashableFiles whole = new CrashableFiles();
    live(whole);
    long steps = whole.steps();
    assertThat(steps).isGreaterThan(30);

    for (long crashAt = 0; crashAt < steps; crashAt++) {
      CrashableFiles files = new CrashableFiles();
      files.crashAfter(crashAt);
      try {
        live(files);
      } catch (Crash e) {
        check(files.afterCrash(loss), "crash after " + crashAt + " steps, " + loss);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void crashWhileRecovering_changesNothing(Loss loss) throws IOException {
    CrashableFiles whole = new CrashableFiles();
    live(whole);
    long steps = whole.steps();

    for (long crashAt = 0; crashAt < steps; crashAt++) {
      CrashableFiles files = new CrashableFiles();
      files.crashAfter(crashAt);
      try {
        live(files);
      } catch (Crash e) {
        // Half way through.
      }
      for (long again = 0; again < 8; again++) {
        CrashableFiles restarted = files.afterCrash(loss);
        restarted.crashAfter(again);
        try {
          open(restarted);
        } catch (Crash e) {
          // Half way through once more.
        }
        check(restarted.afterCrash(loss), "crash after " + crashAt + ", then " + again);
      }
    }
  }

  private void live(CrashableFiles files) throws IOException {
    opened = null;
    confirmedEpoch = 0;
    returned = 0;
    Journal journal = open(files);
    opened = journal;
    long generation = journal.beginStream().generation();
    journal.confirmEpoch(generation, 7);
    confirmedEpoch = 7;
    journal.accept(generation, accepted);
    returned++;
    for (JournalEntry entry : life.subList(1, life.size())) {
      journal.update(entry);
      returned++;
    }
    journal.forget(generation, List.of(id));
    returned++;
  }

  private void check(CrashableFiles files, String when) throws IOException {
    Journal journal = open(files);
    if (opened != null) {
      assertThat(journal.id()).as(when).isEqualTo(opened.id());
    }
    assertThat(journal.beginStream().lastEpoch()).as(when).isIn(confirmedEpoch, 7L);
    assertThat(files.names()).as(when).noneMatch(name -> name.startsWith("quarantine"));

    Optional<JournalEntry> entry = journal.entries().stream().findFirst();
    boolean spent = journal.check(1, id) == Acceptance.SPENT;
    int found = spent ? life.size() + 1 : entry.map(e -> life.indexOf(e) + 1).orElse(0);
    assertThat(found).as(when).isIn(returned, returned + 1);
    assertThat(spent && entry.isPresent()).as(when).isFalse();
  }

  private static Journal open(CrashableFiles files) throws IOException {
    return Journal.open(files, JournalLimits.DEFAULT, new SecureRandom(), NOW);
  }
}
