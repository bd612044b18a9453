// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import dev.muster.server.follow.Following;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Ties one who follows something to the call that asked for it. */
final class FollowedCall {
  private FollowedCall() {}

  /** Opens a following that goes on when its call can take more, and ends with it. */
  static void open(ServerCallStreamObserver<?> out, Supplier<? extends Following> opening) {
    AtomicReference<@Nullable Following> opened = new AtomicReference<>();
    // Before it opens: a call that has ended by then must not leave a following behind.
    out.setOnReadyHandler(() -> Optional.ofNullable(opened.get()).ifPresent(Following::ready));
    out.setOnCancelHandler(() -> Optional.ofNullable(opened.get()).ifPresent(Following::close));
    Following following = opening.get();
    opened.set(following);
    if (out.isCancelled()) {
      following.close();
    }
    following.ready();
  }
}
