// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.grpc.CallContext;
import dev.muster.server.page.OpenedPageToken;
import dev.muster.server.page.Page;
import dev.muster.server.page.PageTokens;
import dev.muster.wire.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** Pages of lists on the wire: their tokens, and their size in bytes. Thread-safe. */
public final class Pages {
  /**
   * A page ends early once it has so many bytes: clients take no more than 4 MiB unless told
   * otherwise.
   */
  static final int MAX_BYTES = 2 << 20;

  /** Entries read at once, each of which may be large. */
  private static final int PORTION = 25;

  private final PageTokens tokens;

  /** Makes pages whose tokens are signed by these. */
  public Pages(PageTokens tokens) {
    this.tokens = tokens;
  }

  /**
   * Entries of a page.
   *
   * @param messages the entries
   * @param last the last of them, if the list goes on behind it
   */
  record Filled<T, M>(List<M> messages, Optional<T> last) {}

  /** Reads entries behind a position. */
  @FunctionalInterface
  interface Reader<T> {
    Page<T> read(Optional<T> after, int size);
  }

  /**
   * Reads entries in portions until a page has as many as asked for, or as many bytes as it may.
   */
  static <T, M extends MessageLite> Filled<T, M> fill(
      int size, Reader<T> reader, Function<T, M> mapper) {
    List<M> messages = new ArrayList<>();
    Optional<T> last = Optional.empty();
    long bytes = 0;
    while (true) {
      Page<T> portion = reader.read(last, Math.min(PORTION, size - messages.size()));
      for (int i = 0; i < portion.items().size(); i++) {
        T item = portion.items().get(i);
        M message = mapper.apply(item);
        messages.add(message);
        last = Optional.of(item);
        bytes += message.getSerializedSize();
        boolean more = portion.more() || i < portion.items().size() - 1;
        if (more && (messages.size() == size || bytes >= MAX_BYTES)) {
          return new Filled<>(messages, last);
        }
      }
      if (!portion.more()) {
        return new Filled<>(messages, Optional.empty());
      }
    }
  }

  /**
   * Returns the position behind which a request wants to go on; empty: from the beginning.
   *
   * @throws BusException PAGE_TOKEN_INVALID or PAGE_TOKEN_FOREIGN
   */
  Optional<ByteBuffer> open(CallContext caller, Message request, String token) {
    if (token.isEmpty()) {
      return Optional.empty();
    }
    OpenedPageToken opened = tokens.open(caller.operator().id(), filter(request), token);
    if (opened instanceof OpenedPageToken.Ok ok) {
      return Optional.of(ByteBuffer.wrap(ok.keyset()));
    }
    if (opened instanceof OpenedPageToken.Foreign) {
      throw BusException.of(ErrorReason.PAGE_TOKEN_FOREIGN)
          .message("The page token was issued to another caller or for another filter; list anew.")
          .build();
    }
    throw BusException.of(ErrorReason.PAGE_TOKEN_INVALID)
        .message("The page token is damaged; list anew.")
        .build();
  }

  /** Returns the token of the page behind a position. */
  String next(CallContext caller, Message request, byte[] position) {
    return tokens.issue(caller.operator().id(), filter(request), position);
  }

  /** A token goes with all of a request but itself and the size of the page. */
  private static Sha256 filter(Message request) {
    byte[] type = request.getDescriptorForType().getFullName().getBytes(StandardCharsets.UTF_8);
    return Sha256.hash(
        type, new byte[1], RequestFields.digest(request, "page_token", "page_size").bytes());
  }

  static byte[] position(UUID id) {
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  static UUID uuid(ByteBuffer position) {
    return new UUID(position.getLong(), position.getLong());
  }

  static String text(ByteBuffer position) {
    byte[] utf8 = new byte[position.remaining()];
    position.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
