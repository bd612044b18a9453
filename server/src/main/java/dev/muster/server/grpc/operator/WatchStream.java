// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import dev.muster.proto.operator.v1.Bookmark;
import dev.muster.proto.operator.v1.ExecutionSnapshot;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.WatchExecutionResponse;
import dev.muster.server.error.BusException;
import dev.muster.server.error.Faults;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.InvocationView;
import dev.muster.server.watch.WatchListener;
import dev.muster.server.watch.WatchedInvocation;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** One WatchExecution call: what the watch brings, as messages. Called by one thread at a time. */
final class WatchStream implements WatchListener {
  /** What begins a cursor, so that other forms may come. */
  private static final String CURSOR = "r";

  /** Above what digits of a revision need. */
  private static final int CURSOR_CHARS = 20;

  private final ServerCallStreamObserver<WatchExecutionResponse> out;
  private final ExecutionMapper mapper;
  private final Function<InvocationView, Invocation> invocations;
  private final String action;

  /** Makes a stream; {@code full} where invocations are to be told with their whole results. */
  WatchStream(
      ServerCallStreamObserver<WatchExecutionResponse> out,
      ExecutionMapper mapper,
      String action,
      boolean full) {
    this.out = out;
    this.action = action;
    this.mapper = mapper;
    this.invocations = full ? mapper::full : mapper::basic;
  }

  /**
   * Returns the revision that a cursor stands for; empty where there is none.
   *
   * @throws BusException FIELD_INVALID
   */
  static OptionalLong revision(String cursor) {
    if (cursor.isEmpty()) {
      return OptionalLong.empty();
    }
    if (cursor.startsWith(CURSOR) && cursor.length() <= CURSOR_CHARS) {
      try {
        long revision = Long.parseLong(cursor.substring(CURSOR.length()));
        if (revision >= 0) {
          return OptionalLong.of(revision);
        }
      } catch (NumberFormatException e) {
        // As any other text that is no cursor.
      }
    }
    throw Faults.field("cursor", "is no cursor of a watch; watch anew without it.");
  }

  /** Nothing to go on from before the snapshot is whole. */
  private static String cursor(long revision) {
    return revision == 0 ? "" : CURSOR + revision;
  }

  @Override
  public boolean isReady() {
    return out.isReady();
  }

  @Override
  public void onSnapshot(
      Execution execution, List<WatchedInvocation> watched, boolean continues, long cursor) {
    List<Invocation> part = new ArrayList<>();
    long bytes = 0;
    for (int i = 0; i < watched.size(); i++) {
      Invocation invocation = invocations.apply(view(watched.get(i)));
      part.add(invocation);
      bytes += invocation.getSerializedSize();
      if (bytes >= Pages.MAX_BYTES && i < watched.size() - 1) {
        snapshot(execution, part, true, 0);
        part.clear();
        bytes = 0;
      }
    }
    snapshot(execution, part, continues, cursor);
  }

  private void snapshot(
      Execution execution, List<Invocation> part, boolean continues, long cursor) {
    out.onNext(
        WatchExecutionResponse.newBuilder()
            .setCursor(cursor(cursor))
            .setSnapshot(
                ExecutionSnapshot.newBuilder()
                    .setExecution(mapper.basic(execution))
                    .addAllInvocations(part)
                    .setContinues(continues))
            .build());
  }

  @Override
  public void onInvocation(WatchedInvocation watched, long cursor) {
    out.onNext(
        WatchExecutionResponse.newBuilder()
            .setCursor(cursor(cursor))
            .setInvocation(invocations.apply(view(watched)))
            .build());
  }

  @Override
  public void onExecution(Execution execution, long cursor) {
    out.onNext(
        WatchExecutionResponse.newBuilder()
            .setCursor(cursor(cursor))
            .setExecution(mapper.basic(execution))
            .build());
  }

  @Override
  public void onBookmark(Instant time, long cursor) {
    out.onNext(
        WatchExecutionResponse.newBuilder()
            .setCursor(cursor(cursor))
            .setBookmark(Bookmark.newBuilder().setTime(ProtoTimes.timestamp(time)))
            .build());
  }

  @Override
  public void onEnd(Optional<BusException> refusal) {
    if (refusal.isPresent()) {
      out.onError(refusal.get());
    } else {
      out.onCompleted();
    }
  }

  private InvocationView view(WatchedInvocation watched) {
    return new InvocationView(watched.invocation(), action, watched.result());
  }
}
