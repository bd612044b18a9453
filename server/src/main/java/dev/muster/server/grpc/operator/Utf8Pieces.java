// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Text of bytes that come in pieces: a character that a piece cuts comes with the next. What is not
 * UTF-8 becomes U+FFFD. Not thread-safe.
 */
final class Utf8Pieces {
  private static final int LONGEST_CHARACTER = 4;

  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private byte[] begun = {};

  /** Forgets a character that was begun: what comes next does not follow it. */
  void restart() {
    begun = new byte[0];
  }

  /** Returns the text of the next bytes, without a character that they only begin. */
  String decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.allocate(begun.length + bytes.length).put(begun).put(bytes).flip();
    CharBuffer out = CharBuffer.allocate(in.remaining() + LONGEST_CHARACTER);
    decoder.reset();
    var unused = decoder.decode(in, out, false);
    begun = new byte[in.remaining()];
    in.get(begun);
    return out.flip().toString();
  }
}
