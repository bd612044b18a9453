// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.journal;

import static dev.muster.agent.journal.Entries.EXPIRE;
import static dev.muster.agent.journal.Entries.NOW;
import static dev.muster.agent.journal.Entries.accepted;
import static dev.muster.agent.journal.Entries.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.agent.durable.CrashableFiles;
import dev.muster.agent.durable.CrashableFiles.Loss;
import dev.muster.agent.durable.DiskFiles;
import dev.muster.agent.durable.DurableFiles;
import dev.muster.agent.process.ProcessMark;
import dev.muster.proto.type.v1.InvocationState;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
  private final CrashableFiles files = new CrashableFiles();
  private final InvocationId id = Entries.id();

  @Test
  void entry_isThereAfterARestart_asItWasLastWritten() throws IOException {
    Journal journal = open(files);
    long generation = journal.beginStream().generation();
    JournalEntry entry = accepted(id);
    journal.accept(generation, entry);
    JournalEntry started = entry.starting("marker").started(new ProcessMark(4_711, 12_345, "boot"));
    journal.update(started);

    Journal next = open(files);

    assertThat(next.entries()).containsExactly(started);
    assertThat(next.id()).isEqualTo(journal.id());
  }

  @Test
  void journalOnARealDisk_isTheSame(@TempDir Path directory) throws IOException {
    Journal journal = open(new DiskFiles(directory.resolve("journal")));
    long generation = journal.beginStream().generation();
    JournalEntry settled = accepted(id).settled(step(InvocationState.INVOCATION_STATE_SUCCEEDED));
    journal.accept(generation, settled);
    journal.confirmEpoch(generation, 9);
    InvocationId spent = Entries.id();
    journal.spend(spent, EXPIRE);

    Journal next = open(new DiskFiles(directory.resolve("journal")));

    assertThat(next.entries()).containsExactly(settled);
    assertThat(next.beginStream().lastEpoch()).isEqualTo(9);
    assertThat(next.check(1, spent)).isEqualTo(Acceptance.SPENT);
  }

  @Test
  void forgottenInvocation_isSpent_andStaysSoUntilSevenDaysAfterItsExpiry() throws IOException {
    Journal journal = open(files);
    long generation = journal.beginStream().generation();
    journal.accept(generation, accepted(id));
    journal.forget(generation, List.of(id));

    journal = open(files);
    journal.prune(EXPIRE.plus(Duration.ofDays(7)));
    Acceptance onTheLastDay = journal.check(0, id);
    journal.prune(EXPIRE.plus(Duration.ofDays(9)));

    assertThat(onTheLastDay).isEqualTo(Acceptance.SPENT);
    assertThat(journal.check(0, id)).isEqualTo(Acceptance.ACCEPTED);
    assertThat(journal.entries()).isEmpty();
  }

  @Test
  void writesOfAnOlderStream_areRefused() throws IOException {
    Journal journal = open(files);
    long older = journal.beginStream().generation();
    journal.accept(older, accepted(id));
    long newer = journal.beginStream().generation();

    assertThat(journal.accept(older, accepted(Entries.id()))).isEqualTo(Acceptance.STALE);
    assertThat(journal.confirmEpoch(older, 3)).isFalse();
    assertThat(journal.forget(older, List.of(id))).isFalse();
    assertThat(journal.entries()).hasSize(1);
    assertThat(journal.confirmEpoch(newer, 4)).isTrue();
  }

  @Test
  void fullJournal_takesNothingNew_butGoesOnWithWhatItHas() throws IOException {
    Journal journal =
        Journal.open(files, new JournalLimits(2, 1 << 20, 10), new SecureRandom(), NOW);
    long generation = journal.beginStream().generation();
    journal.accept(generation, accepted(id));
    journal.accept(generation, accepted(Entries.id()));

    assertThat(journal.accept(generation, accepted(Entries.id()))).isEqualTo(Acceptance.FULL);
    assertThat(journal.accept(generation, accepted(id))).isEqualTo(Acceptance.KNOWN);
    journal.update(accepted(id).starting("marker"));
    journal.forget(generation, List.of(id));
    assertThat(journal.accept(generation, accepted(Entries.id()))).isEqualTo(Acceptance.ACCEPTED);
  }

  @Test
  void fullSpentLog_takesNothingNew() throws IOException {
    Journal journal =
        Journal.open(files, new JournalLimits(10, 1 << 20, 1), new SecureRandom(), NOW);
    long generation = journal.beginStream().generation();
    journal.spend(id, EXPIRE);

    assertThat(journal.accept(generation, accepted(Entries.id()))).isEqualTo(Acceptance.FULL);
  }

  @Test
  void damagedFile_isSetAside_andStandsAsARunWithoutAnEnd() throws IOException {
    Journal journal = open(files);
    long generation = journal.beginStream().generation();
    journal.confirmEpoch(generation, 5);
    journal.accept(generation, accepted(id));
    String path = "invocations/" + id + ".inv";
    files.corrupt(
        path,
        bytes -> {
          bytes[bytes.length - 1] ^= 1;
          return bytes;
        });
    byte[] damaged = files.contentOf(path);

    JournalEntry entry = open(files).entries().get(0);

    assertThat(entry.id()).isEqualTo(id);
    assertThat(entry.epoch()).isEqualTo(5);
    assertThat(entry.phase()).isEqualTo(Phase.UNKNOWN);
    assertThat(entry.steps().get(1).getReason()).isEqualTo("AGENT_DIED_IN_RUN");
    assertThat(files.contentOf("quarantine/" + id + ".inv")).isEqualTo(damaged);
    assertThat(open(files).entries()).containsExactly(entry);
  }

  @Test
  void fileTooLargeToBeAnEntry_isDamagedAsWell() throws IOException {
    Journal journal = open(files);
    journal.accept(journal.beginStream().generation(), accepted(id));
    files.corrupt("invocations/" + id + ".inv", bytes -> new byte[EntryFormat.MAX_BYTES + 1]);

    assertThat(open(files).entries().get(0).phase()).isEqualTo(Phase.UNKNOWN);
  }

  @Test
  void fileThatIsNoEntryAtAll_isSetAside() throws IOException {
    open(files);
    files.corrupt("invocations/readme.txt", bytes -> new byte[] {1});

    assertThat(open(files).entries()).isEmpty();
    assertThat(files.names()).contains("quarantine/readme.txt");
  }

  @Test
  void damagedEpoch_countsAsNone_andDamagedIdIsReplaced() throws IOException {
    Journal journal = open(files);
    journal.confirmEpoch(journal.beginStream().generation(), 5);
    files.corrupt("epoch", bytes -> new byte[] {1, 2, 3});
    files.corrupt("journal.id", bytes -> new byte[] {1, 2, 3});

    Journal next = open(files);

    assertThat(next.beginStream().lastEpoch()).isZero();
    assertThat(next.id()).isNotEqualTo(journal.id());
    assertThat(next.id().size()).isEqualTo(16);
  }

  @Test
  void diskThatRefuses_leavesEverythingAsItWas() throws IOException {
    Journal journal = open(files);
    long generation = journal.beginStream().generation();
    journal.accept(generation, accepted(id));
    files.failWrites(true);

    assertThatThrownBy(() -> journal.update(accepted(id).starting("marker")))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> journal.forget(generation, List.of(id)))
        .isInstanceOf(IOException.class);
    assertThat(journal.entries()).containsExactly(accepted(id));

    files.failWrites(false);
    journal.forget(generation, List.of(id));
    assertThat(open(files.afterCrash(Loss.ALL_UNSYNCED)).check(0, id)).isEqualTo(Acceptance.SPENT);
  }

  @Test
  void ordinals_goOnAfterARestart() throws IOException {
    Journal journal = open(files);
    long generation = journal.beginStream().generation();
    journal.accept(generation, accepted(id));

    assertThat(open(files).nextOrdinal()).isEqualTo(2);
  }

  private static Journal open(DurableFiles files) throws IOException {
    return Journal.open(files, JournalLimits.DEFAULT, new SecureRandom(), NOW);
  }
}
