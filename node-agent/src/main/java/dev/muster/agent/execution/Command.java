// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.muster.agent.journal.InvocationId;
import dev.muster.proto.agent.v1.Execute;
import dev.muster.proto.agent.v1.ExecutionOrder;
import dev.muster.wire.Limits;
import java.time.Duration;
import java.time.Instant;

/**
 * What the node was told to run, taken apart.
 *
 * @param id which invocation
 * @param epoch session that it came with
 * @param startBefore server time after which it must not start; {@link Instant#MAX}: it may always
 * @param order the part that the whole cohort gets
 * @param wire the serialised Execute
 */
record Command(
    InvocationId id, long epoch, Instant startBefore, ExecutionOrder order, ByteString wire) {

  /**
   * Takes an EXECUTE apart.
   *
   * @throws InvalidProtocolBufferException if its order is not an order
   */
  static Command parse(InvocationId id, Execute execute) throws InvalidProtocolBufferException {
    return new Command(
        id,
        execute.getEpoch(),
        execute.hasStartBefore() ? WireTimes.instant(execute.getStartBefore()) : Instant.MAX,
        ExecutionOrder.parseFrom(execute.getOrder()),
        execute.toByteString());
  }

  /** Returns the end of the whole execution, in server time. */
  Instant expireTime(Instant otherwise) {
    return order.hasExpireTime() ? WireTimes.instant(order.getExpireTime()) : otherwise;
  }

  /** Returns how long it may run: what the order says, else the action, else 10 minutes. */
  Duration runTimeout(dev.muster.proto.type.v1.Action declaration) {
    Duration said =
        order.hasRunTimeout()
            ? WireTimes.duration(order.getRunTimeout())
            : declaration.hasRunTimeout()
                ? WireTimes.duration(declaration.getRunTimeout())
                : Limits.DEFAULT_RUN_TIMEOUT;
    return said.compareTo(Duration.ZERO) <= 0 || said.compareTo(Limits.MAX_RUN_TIMEOUT) > 0
        ? Limits.MAX_RUN_TIMEOUT
        : said;
  }
}
