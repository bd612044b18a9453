// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import io.grpc.ServerCall;
import java.util.function.Consumer;

/**
 * Catches what the handling of a call throws. After the first failure nothing more of the call
 * reaches it, but for its end. Called serially, as every listener of a call.
 */
final class GuardedListener<Q> extends ServerCall.Listener<Q> {
  private final ServerCall.Listener<Q> delegate;
  private final Consumer<RuntimeException> onFailure;
  private boolean failed;

  GuardedListener(ServerCall.Listener<Q> delegate, Consumer<RuntimeException> onFailure) {
    this.delegate = delegate;
    this.onFailure = onFailure;
  }

  @Override
  public void onMessage(Q message) {
    guard(() -> delegate.onMessage(message));
  }

  @Override
  public void onHalfClose() {
    guard(delegate::onHalfClose);
  }

  @Override
  public void onReady() {
    guard(delegate::onReady);
  }

  @Override
  public void onCancel() {
    delegate.onCancel();
  }

  @Override
  public void onComplete() {
    delegate.onComplete();
  }

  private void guard(Runnable handling) {
    if (failed) {
      return;
    }
    try {
      handling.run();
    } catch (RuntimeException e) {
      failed = true;
      onFailure.accept(e);
    }
  }
}
