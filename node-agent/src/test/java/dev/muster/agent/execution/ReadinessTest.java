// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.agent.Action;
import dev.muster.agent.PrepareHandler;
import dev.muster.agent.Prepared;
import dev.muster.agent.Result;
import dev.muster.agent.catalog.Catalog;
import dev.muster.agent.catalog.CatalogEntry;
import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.loop.FakeLoop;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.OutputChunk;
import dev.muster.proto.agent.v1.Prepare;
import dev.muster.proto.agent.v1.Progress;
import dev.muster.proto.type.v1.ActionKind;
import dev.muster.proto.type.v1.InvocationState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Getting ready for invocations: answers, room, and what gives it up. */
final class ReadinessTest {
  private static final InvocationId ONE = id(1);
  private static final InvocationId TWO = id(2);

  private final FakeLoop loop = new FakeLoop();
  private final ServerClock clock = new ServerClock(loop);
  private final Slots slots = new Slots(1);
  private final List<InvocationId> reported = new ArrayList<>();
  private final Queue<Runnable> handlers = new ArrayDeque<>();
  private final Instant serverTime = Instant.parse("2026-01-01T00:00:00Z");
  private PrepareHandler handler = context -> Prepared.of(Map.of());
  private final Readiness readiness;

  ReadinessTest() {
    clock.measured(serverTime);
    Catalog catalog =
        Catalog.of(
            List.of(
                entry(Action.named("plain").execute((input, context) -> Result.success())),
                entry(
                    Action.named("asks")
                        .prepare(context -> handler.prepare(context))
                        .execute((input, context) -> Result.success()))));
    Workers workers = new Workers(handlers::add, handlers::add);
    readiness =
        new Readiness(
            new PrepareDesk(loop, clock, () -> catalog, workers, slots),
            slots,
            new NotingUplink(),
            new Steps(loop));
  }

  private static CatalogEntry entry(Action action) {
    return CatalogEntry.of(action, ActionKind.ACTION_KIND_HANDLER);
  }

  private final class NotingUplink implements Uplink {
    @Override
    public void report(InvocationId id) {
      reported.add(id);
    }

    @Override
    public void progress(Progress progress) {}

    @Override
    public void output(OutputChunk chunk) {}
  }

  private void prepare(InvocationId id, String action) {
    readiness.prepare(
        id,
        Prepare.newBuilder()
            .setInvocationId(id.toString())
            .setAction(action)
            .setAnswerBefore(WireTimes.timestamp(serverTime.plusSeconds(60)))
            .setReserveUntil(WireTimes.timestamp(serverTime.plusSeconds(90)))
            .build());
  }

  private void runHandlers() {
    for (Runnable task = handlers.poll(); task != null; task = handlers.poll()) {
      task.run();
    }
    loop.run();
  }

  private CallbackStep answer(InvocationId id) {
    return readiness.pending(id).orElseThrow().steps().get(0);
  }

  @Test
  void actionWithoutCodeOfItsOwn_isReadyAtOnce_andKeepsASlot() {
    prepare(ONE, "plain");

    assertThat(reported).containsExactly(ONE);
    assertThat(answer(ONE).getState()).isEqualTo(InvocationState.INVOCATION_STATE_PREPARED);
    assertThat(slots.reservations(serverTime)).hasSize(1);
    assertThat(slots.tryTake(TWO, "", serverTime)).isFalse();
    assertThat(slots.tryTake(ONE, "", serverTime)).isTrue();
  }

  @Test
  void answerThatIsDurable_isNotToldAgain_andTheRoomStays() {
    prepare(ONE, "plain");

    readiness.told(Set.of(ONE));

    assertThat(readiness.pending(ONE)).isEmpty();
    assertThat(slots.isReserved(ONE)).isTrue();
  }

  @Test
  void refusalOfTheHandler_givesTheRoomBack() {
    handler =
        context -> {
          throw new IllegalStateException("disk full");
        };
    prepare(ONE, "asks");

    runHandlers();

    assertThat(answer(ONE).getState()).isEqualTo(InvocationState.INVOCATION_STATE_REJECTED);
    assertThat(answer(ONE).getMessage()).contains("disk full");
    assertThat(slots.isReserved(ONE)).isFalse();
  }

  @Test
  void allRoomKeptForOthers_isRefused() {
    prepare(ONE, "plain");
    prepare(TWO, "plain");

    assertThat(answer(TWO).getReason()).isEqualTo("NO_SLOT");
  }

  @Test
  void release_givesUpAnswerAndRoom_andNothingOfItStartsUntilItIsAskedAgain() {
    prepare(ONE, "asks");

    assertThat(readiness.release(ONE)).isTrue();
    runHandlers();

    assertThat(reported).isEmpty();
    assertThat(slots.isReserved(ONE)).isFalse();
    assertThat(readiness.isReleased(ONE)).isTrue();
    assertThat(readiness.release(TWO)).as("never heard of").isFalse();
    prepare(ONE, "plain");
    assertThat(readiness.isReleased(ONE)).isFalse();
    assertThat(reported).containsExactly(ONE);
  }

  @Test
  void answerOfAnOldStream_isNotToldOnANewOne_andTheRoomIsListed() {
    prepare(ONE, "asks");

    readiness.beginStream();
    runHandlers();

    assertThat(reported).isEmpty();
    assertThat(readiness.pending(ONE)).isEmpty();
    assertThat(slots.reservations(serverTime)).hasSize(1);
  }

  @Test
  void handlerThatTakesTooLong_isLeftToTheServersClock() {
    prepare(ONE, "asks");

    loop.pass(Duration.ofSeconds(61));
    runHandlers();

    assertThat(reported).isEmpty();
    assertThat(slots.isReserved(ONE)).isFalse();
  }

  private static InvocationId id(int number) {
    return InvocationId.parse(new UUID(1, number).toString()).orElseThrow();
  }
}
