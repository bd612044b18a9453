// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.node.Labels;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeName;
import dev.muster.server.node.NodeState;
import dev.muster.server.node.NodeStore.SessionRecord;
import dev.muster.server.node.NodeStore.SharedKey;
import dev.muster.wire.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Agents that restart, and agents that share a key. */
final class RivalsTest {
  private static final byte ONE = 1;
  private static final byte OTHER = 2;

  private final Rivals rivals = new Rivals();
  private final Node node =
      new Node(
          new NodeId(new UUID(1, 2)),
          "default",
          new NodeName("web-1"),
          Labels.of(Map.of()),
          NodeState.ACTIVE,
          Sha256.of(new byte[Sha256.BYTES]),
          Instant.EPOCH,
          "");

  private Instant now = Instant.parse("2026-11-01T12:00:00Z");
  private @Nullable SessionRecord session;

  @Test
  void anAgentThatConnectsAgain_isNoRival() {
    connect(ONE);
    connect(ONE);

    assertThat(connect(ONE)).isEmpty();
  }

  @Test
  void anAgentThatRestarts_isNoRival_howeverOften() {
    for (byte start = 1; start < 100; start++) {
      assertThat(connect(start)).isEmpty();
      now = now.plusSeconds(1);
    }
  }

  @Test
  void oneThatComesBack_sharesTheKey() {
    connect(ONE);
    connect(OTHER);
    now = now.plusSeconds(3);

    assertThat(connect(ONE)).contains(new SharedKey(now, "host-2, host-1"));
  }

  @Test
  void thenEachGetsItsTurn() {
    connect(ONE);
    connect(OTHER);
    connect(ONE);
    now = now.plusSeconds(20);

    BusException refusal = catchThrowableOfType(BusException.class, () -> connect(OTHER));

    assertThat(refusal.reason()).isEqualTo(ErrorReason.RATE_LIMITED);
    assertThat(refusal.retryAfter()).contains(Rivals.TURN.minusSeconds(20));
    now = now.plus(Rivals.TURN).minusSeconds(20);
    assertThat(connect(OTHER)).contains(new SharedKey(now, "host-1, host-2"));
  }

  @Test
  void whoIsGone_hasNoTurn() {
    connect(ONE);
    connect(OTHER);
    connect(ONE);

    assertThat(judge(OTHER, false)).isPresent();
  }

  @Test
  void itIsForgotten_thatLongAfter() {
    connect(ONE);
    connect(OTHER);
    now = now.plus(Rivals.REMEMBERED).plus(Duration.ofSeconds(1));

    assertThat(connect(ONE)).isEmpty();
  }

  @Test
  void aServerThatRestarted_keepsTheirTurns() {
    connect(ONE);
    connect(OTHER);
    connect(ONE);
    Rivals restarted = new Rivals();

    BusException refusal =
        catchThrowableOfType(
            BusException.class,
            () -> restarted.judge(node, hello(OTHER), "host-2", session, true, now));

    assertThat(refusal.reason()).isEqualTo(ErrorReason.RATE_LIMITED);
  }

  private Optional<SharedKey> connect(byte instance) {
    return judge(instance, true);
  }

  private Optional<SharedKey> judge(byte instance, boolean live) {
    String address = "host-" + instance;
    Optional<SharedKey> shared = rivals.judge(node, hello(instance), address, session, live, now);
    session =
        new SessionRecord(
            1,
            new byte[16],
            new byte[] {instance},
            "1",
            4,
            Map.of(),
            address,
            0,
            now,
            now,
            shared,
            0);
    return shared;
  }

  private static AgentHello hello(byte instance) {
    return new AgentHello(
        new byte[16],
        0,
        new byte[] {instance},
        "1",
        "",
        Map.of(),
        4,
        Sha256.of(new byte[Sha256.BYTES]),
        List.of(),
        false,
        null,
        Set.of());
  }
}
