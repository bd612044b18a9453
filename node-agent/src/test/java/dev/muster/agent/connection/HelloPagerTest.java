// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.JournalEntry;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HelloPagerTest {
  @Test
  void emptyJournal_isOneEmptyPage() {
    assertThat(HelloPager.pages(List.of())).containsExactly(List.of());
  }

  @Test
  void longJournal_isCutIntoPagesThatFit_inOrder() {
    JournalEntry entry =
        JournalEntry.newBuilder()
            .setInvocationId("i")
            .addSteps(CallbackStep.newBuilder().setMessage("x".repeat(70_000)))
            .build();

    List<List<JournalEntry>> pages = HelloPager.pages(Collections.nCopies(100, entry));

    assertThat(pages.stream().mapToInt(List::size).sum()).isEqualTo(100);
    assertThat(pages)
        .allSatisfy(
            page ->
                assertThat(page.stream().mapToInt(JournalEntry::getSerializedSize).sum())
                    .isLessThan(600 << 10));
  }

  @Test
  void entryLargerThanAPage_hasOneOfItsOwn() {
    JournalEntry large =
        JournalEntry.newBuilder()
            .addSteps(CallbackStep.newBuilder().setMessage("x".repeat(600_000)))
            .build();
    JournalEntry small = JournalEntry.newBuilder().setInvocationId("i").build();

    assertThat(HelloPager.pages(List.of(small, large, small))).hasSize(3);
  }
}
