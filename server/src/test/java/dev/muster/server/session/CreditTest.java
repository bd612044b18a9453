// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CreditTest {
  private final Credit credit = new Credit();

  @Test
  void closed_givesNothing_evenIfOpenedLater() {
    credit.close();
    credit.open(4, 0, 0);

    assertThat(credit.tryTakeForBacklog()).isFalse();
    assertThat(credit.available()).isZero();
  }

  @Test
  void untilTheCourierHasLooked_nobodyJumpsTheQueue() {
    credit.open(4, 0, 0);
    assertThat(credit.tryTake()).isFalse();

    credit.noBacklog();

    assertThat(credit.tryTake()).isTrue();
  }

  @Test
  void whatWaited_keepsTheOthersWaiting_untilTheStoreIsEmpty() {
    credit.open(1, 0, 0);
    credit.noBacklog();
    assertThat(credit.tryTake()).isTrue();
    assertThat(credit.tryTake()).isFalse();

    assertThat(credit.giveBack(false)).isTrue();
    assertThat(credit.tryTake()).isFalse();
    assertThat(credit.tryTakeForBacklog()).isTrue();
  }

  @Test
  void lookThatWasNotCommitted_doesNotCount() {
    credit.open(1, 0, 0);
    credit.noBacklog();
    credit.backlogUnknown();

    assertThat(credit.tryTake()).isFalse();
  }

  @Test
  void outstandingAndStrays_holdTheirSlots() {
    credit.open(4, 2, 1);
    assertThat(credit.available()).isEqualTo(1);

    assertThat(credit.giveBack(true))
        .isTrue(); // One is free still, and the courier has not looked.
    assertThat(credit.available()).isEqualTo(1);
    assertThat(credit.running(3)).isFalse();
    assertThat(credit.running(0)).isTrue();
    assertThat(credit.available()).isEqualTo(3);
  }

  @Test
  void moreOutThanSlots_isNoCredit_andNoError() {
    credit.open(2, 5, 0);
    assertThat(credit.available()).isZero();

    for (int i = 0; i < 3; i++) {
      assertThat(credit.giveBack(false)).isFalse();
    }
    assertThat(credit.giveBack(false)).isTrue();
  }
}
