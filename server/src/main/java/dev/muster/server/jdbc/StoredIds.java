// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.node.NodeId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * Ids as the store keeps them: 16 bytes, which sort as the ids do; several packed one behind the
 * other.
 */
final class StoredIds {
  /** The greatest first, as the database sorts them: a UUID compares as if it had a sign. */
  static final Comparator<UUID> DESCENDING =
      ((Comparator<UUID>)
              (a, b) -> {
                int high =
                    Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
                return high != 0
                    ? high
                    : Long.compareUnsigned(
                        a.getLeastSignificantBits(), b.getLeastSignificantBits());
              })
          .reversed();

  private static final int BYTES = 16;

  private StoredIds() {}

  static byte[] bytes(UUID id) {
    byte[] bytes = new byte[BYTES];
    ByteBuffer.wrap(bytes)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits());
    return bytes;
  }

  static UUID id(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new UUID(buffer.getLong(), buffer.getLong());
  }

  static byte[] pack(List<NodeId> nodes) {
    ByteBuffer buffer = ByteBuffer.allocate(nodes.size() * BYTES);
    for (NodeId node : nodes) {
      buffer
          .putLong(node.value().getMostSignificantBits())
          .putLong(node.value().getLeastSignificantBits());
    }
    return buffer.array();
  }

  static List<NodeId> unpack(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    List<NodeId> nodes = new ArrayList<>(bytes.length / BYTES);
    while (buffer.hasRemaining()) {
      nodes.add(new NodeId(new UUID(buffer.getLong(), buffer.getLong())));
    }
    return nodes;
  }
}
