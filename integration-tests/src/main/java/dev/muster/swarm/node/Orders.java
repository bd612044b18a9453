// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.muster.proto.agent.v1.ExecutionOrder;
import dev.muster.wire.Limits;
import java.util.concurrent.TimeUnit;

/**
 * Reads orders. The bytes are the same for a whole cohort, so the last one read serves all its
 * nodes. Confined to the event loop.
 */
final class Orders {
  private ByteString lastBytes = ByteString.EMPTY;
  private ExecutionOrder last = ExecutionOrder.getDefaultInstance();

  ExecutionOrder read(ByteString bytes) throws InvalidProtocolBufferException {
    if (!bytes.equals(lastBytes)) {
      last = ExecutionOrder.parseFrom(bytes);
      lastBytes = bytes;
    }
    return last;
  }

  /** Returns how long a run may take. */
  static long timeoutNanos(ExecutionOrder order) {
    return order.hasRunTimeout()
        ? TimeUnit.SECONDS.toNanos(order.getRunTimeout().getSeconds())
            + order.getRunTimeout().getNanos()
        : Limits.DEFAULT_RUN_TIMEOUT.toNanos();
  }
}
