// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

import java.util.UUID;

/** Names an invocation: a UUIDv7, so that later ones sort after earlier ones. */
public record InvocationId(UUID value) implements Comparable<InvocationId> {
  @Override
  public int compareTo(InvocationId other) {
    int high =
        Long.compareUnsigned(value.getMostSignificantBits(), other.value.getMostSignificantBits());
    return high != 0
        ? high
        : Long.compareUnsigned(
            value.getLeastSignificantBits(), other.value.getLeastSignificantBits());
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
