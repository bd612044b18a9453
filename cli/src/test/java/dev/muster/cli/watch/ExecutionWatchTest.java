// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.cli.connection.Backoff;
import dev.muster.cli.execution.CohortView;
import dev.muster.proto.operator.v1.Bookmark;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionSnapshot;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.WatchExecutionRequest;
import dev.muster.proto.operator.v1.WatchExecutionResponse;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.wire.WireErrors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ExecutionWatchTest {
  private static final WatchExecutionResponse SNAPSHOT = snapshot("c0", running(1), false);
  private static final WatchExecutionResponse END =
      WatchExecutionResponse.newBuilder().setCursor("c9").setExecution(settled()).build();

  private final Queue<Iterator<WatchExecutionResponse>> streams = new ArrayDeque<>();
  private final List<String> cursors = new ArrayList<>();
  private final List<Duration> pauses = new ArrayList<>();
  private final Listener listener = new Listener();
  private final ExecutionWatch watch =
      new ExecutionWatch(
          request -> {
            cursors.add(request.getCursor());
            return streams.remove();
          },
          new Backoff(Duration.ofMillis(250), Duration.ofSeconds(15), new Random(1)),
          pauses::add);

  @Test
  void settledExecution_endsTheWatch() throws InterruptedException {
    streams.add(List.of(SNAPSHOT, END).iterator());

    follow();

    assertThat(cursors).containsExactly("");
    assertThat(listener.view.isSettled()).isTrue();
    assertThat(pauses).isEmpty();
  }

  @Test
  void brokenStream_isTakenUpAfterItsLastEvent() throws InterruptedException {
    streams.add(broken(Status.UNAVAILABLE.asRuntimeException(), SNAPSHOT, changed("c1", 2)));
    streams.add(broken(Status.UNAVAILABLE.asRuntimeException()));
    streams.add(broken(Status.INTERNAL.asRuntimeException(), changed("c2", 3)));
    streams.add(List.of(END).iterator());

    follow();

    assertThat(cursors).containsExactly("", "c1", "c1", "c2");
    assertThat(pauses).hasSize(3);
    assertThat(listener.restarts).isEqualTo(1);
  }

  @Test
  void streamThatEndsEarly_isTakenUp() throws InterruptedException {
    streams.add(List.of(SNAPSHOT).iterator());
    streams.add(List.of(END).iterator());

    follow();

    assertThat(cursors).containsExactly("", "c0");
  }

  @Test
  void brokenSnapshot_isReadAnew() throws InterruptedException {
    streams.add(broken(Status.UNAVAILABLE.asRuntimeException(), snapshot("p1", running(1), true)));
    streams.add(List.of(SNAPSHOT, END).iterator());

    follow();

    assertThat(cursors).containsExactly("", "");
    assertThat(listener.restarts).isEqualTo(2);
  }

  @Test
  void halfASnapshotOfASettledExecution_isNotTheEnd() throws InterruptedException {
    streams.add(broken(Status.UNAVAILABLE.asRuntimeException(), snapshot("p1", settled(), true)));
    streams.add(
        List.of(snapshot("p1", settled(), true), snapshot("p2", settled(), false)).iterator());

    follow();

    assertThat(cursors).hasSize(2);
    assertThat(listener.view.isSettled()).isTrue();
  }

  @Test
  void expiredCursor_beginsAnewAtOnce() throws InterruptedException {
    streams.add(broken(Status.UNAVAILABLE.asRuntimeException(), SNAPSHOT));
    streams.add(
        broken(
            WireErrors.exception(
                ErrorReason.ERROR_REASON_CURSOR_EXPIRED, "Watch anew.", Map.of())));
    streams.add(List.of(SNAPSHOT, END).iterator());

    follow();

    assertThat(cursors).containsExactly("", "c0", "");
    assertThat(pauses).hasSize(1);
  }

  @Test
  void onceSomethingWasSeen_itNeverGivesUp() throws InterruptedException {
    streams.add(broken(Status.UNAVAILABLE.asRuntimeException(), SNAPSHOT));
    for (int i = 0; i < 200; i++) {
      streams.add(broken(Status.UNAVAILABLE.asRuntimeException()));
    }
    streams.add(List.of(END).iterator());

    follow();

    assertThat(pauses)
        .hasSize(201)
        .allSatisfy(p -> assertThat(p).isLessThan(Duration.ofSeconds(16)));
  }

  @Test
  void serverThatWasNeverReached_isGivenUp() {
    for (int i = 0; i < 10; i++) {
      streams.add(broken(Status.UNAVAILABLE.asRuntimeException()));
    }

    assertThatThrownBy(this::follow).isInstanceOf(StatusRuntimeException.class);
    assertThat(streams).hasSize(5);
  }

  @Test
  void refusal_endsTheWatch() {
    streams.add(
        broken(
            WireErrors.exception(
                ErrorReason.ERROR_REASON_EXECUTION_NOT_FOUND, "No such execution.", Map.of())));

    assertThatThrownBy(this::follow).hasMessageContaining("No such execution");
  }

  @Test
  void revokedToken_endsTheWatch_evenLater() {
    streams.add(broken(Status.UNAVAILABLE.asRuntimeException(), SNAPSHOT));
    streams.add(
        broken(WireErrors.exception(ErrorReason.ERROR_REASON_TOKEN_EXPIRED, "Expired.", Map.of())));

    assertThatThrownBy(this::follow).hasMessageContaining("Expired");
  }

  @Test
  void olderNews_neverReplaceNewer() throws InterruptedException {
    streams.add(List.of(SNAPSHOT, changed("c1", 7), changed("c2", 4), END).iterator());

    follow();

    assertThat(listener.view.invocations())
        .singleElement()
        .satisfies(invocation -> assertThat(invocation.getRevision()).isEqualTo(7));
  }

  @Test
  void bookmarks_moveTheCursor() throws InterruptedException {
    WatchExecutionResponse bookmark =
        WatchExecutionResponse.newBuilder()
            .setCursor("b5")
            .setBookmark(Bookmark.getDefaultInstance())
            .build();
    streams.add(broken(Status.UNAVAILABLE.asRuntimeException(), SNAPSHOT, bookmark));
    streams.add(List.of(END).iterator());

    follow();

    assertThat(cursors).containsExactly("", "b5");
  }

  private void follow() throws InterruptedException {
    watch.follow(WatchExecutionRequest.newBuilder().setExecutionId("e").build(), listener);
  }

  private static Iterator<WatchExecutionResponse> broken(
      StatusRuntimeException failure, WatchExecutionResponse... before) {
    Iterator<WatchExecutionResponse> events = List.of(before).iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        if (!events.hasNext()) {
          throw failure;
        }
        return true;
      }

      @Override
      public WatchExecutionResponse next() {
        return events.next();
      }
    };
  }

  private static WatchExecutionResponse snapshot(String cursor, Execution execution, boolean more) {
    return WatchExecutionResponse.newBuilder()
        .setCursor(cursor)
        .setSnapshot(ExecutionSnapshot.newBuilder().setExecution(execution).setContinues(more))
        .build();
  }

  private static WatchExecutionResponse changed(String cursor, long revision) {
    return WatchExecutionResponse.newBuilder()
        .setCursor(cursor)
        .setInvocation(
            Invocation.newBuilder()
                .setId("i")
                .setState(InvocationState.INVOCATION_STATE_STARTED)
                .setRevision(revision))
        .build();
  }

  private static Execution running(long revision) {
    return Execution.newBuilder()
        .setId("e")
        .setState(ExecutionState.EXECUTION_STATE_RUNNING)
        .setRevision(revision)
        .build();
  }

  private static Execution settled() {
    return Execution.newBuilder()
        .setId("e")
        .setState(ExecutionState.EXECUTION_STATE_SUCCEEDED)
        .setRevision(9)
        .build();
  }

  /** Keeps a view, as the screen does. */
  private static final class Listener implements ExecutionWatch.Listener {
    final CohortView view = new CohortView();
    int restarts;

    @Override
    public void onEvent(WatchExecutionResponse event) {
      view.apply(event);
    }

    @Override
    public void onRestart() {
      view.restart();
      restarts++;
    }

    @Override
    public void onInterruption(StatusRuntimeException failure, Duration pause) {}

    @Override
    public boolean isComplete() {
      return view.isSettled();
    }
  }
}
