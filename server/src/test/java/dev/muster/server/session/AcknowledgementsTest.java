// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.session.SessionOutbound.Acknowledgement;
import dev.muster.server.session.SessionOutbound.RefusedCallback;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class AcknowledgementsTest {
  private final Acknowledgements acknowledgements = new Acknowledgements();

  @Test
  void sequence_countsUpFromOne_withoutAGap() {
    assertThat(acknowledgements.received(0)).isFalse();
    assertThat(acknowledgements.received(2)).isFalse();
    assertThat(acknowledgements.received(1)).isTrue();
    assertThat(acknowledgements.received(1)).isFalse();
    assertThat(acknowledgements.received(2)).isTrue();
    assertThat(acknowledgements.open()).isEqualTo(2);
  }

  @Test
  void whatIsDecidedOutOfOrder_waitsForThoseBefore() {
    for (int i = 1; i <= 4; i++) {
      assertThat(acknowledgements.received(i)).isTrue();
    }
    RefusedCallback refusal =
        new RefusedCallback(
            3,
            "x",
            BusException.of(ErrorReason.MALFORMED_CALLBACK).message("x").build(),
            null,
            Set.of(),
            false);

    acknowledgements.repeated(2);
    acknowledgements.refused(refusal);
    assertThat(acknowledgements.advance()).isFalse();
    assertThat(acknowledgements.take()).isEmpty();
    acknowledgements.applied(1);

    assertThat(acknowledgements.advance()).isTrue();
    assertThat(acknowledgements.isPlain()).isFalse();
    assertThat(acknowledgements.untold()).isEqualTo(3);
    assertThat(acknowledgements.take())
        .contains(new Acknowledgement(3, List.of(2L), List.of(refusal)));
    assertThat(acknowledgements.take()).isEmpty();
    assertThat(acknowledgements.open()).isEqualTo(1);
    acknowledgements.applied(4);
    assertThat(acknowledgements.advance()).isTrue();
    assertThat(acknowledgements.isPlain()).isTrue();
    assertThat(acknowledgements.take()).contains(new Acknowledgement(4, List.of(), List.of()));
  }

  @Test
  void whatIsNotTakenAtOnce_isToldTogether() {
    for (int i = 1; i <= 3; i++) {
      assertThat(acknowledgements.received(i)).isTrue();
      acknowledgements.applied(i);
      assertThat(acknowledgements.advance()).isTrue();
      assertThat(acknowledgements.untold()).isEqualTo(i);
    }

    assertThat(acknowledgements.take()).contains(new Acknowledgement(3, List.of(), List.of()));
    assertThat(acknowledgements.untold()).isZero();
  }
}
