// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.output;

import com.google.protobuf.ByteString;
import dev.muster.proto.type.v1.Output;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The finished file of one stream: what of it is kept, head then tail. Immutable; the file is read
 * piece by piece, never as a whole.
 */
public final class KeptOutput {
  private static final int PIECE_BYTES = 64 << 10;

  private final Path path;
  private final KeptLayout layout;
  private final ByteString sha256OfAll;

  KeptOutput(Path path, KeptLayout layout, ByteString sha256OfAll) {
    this.path = path;
    this.layout = layout;
    this.sha256OfAll = sha256OfAll;
  }

  /** Returns how many bytes are kept. */
  public long size() {
    return layout.keptBytes();
  }

  /**
   * Returns the digest of what is kept. Reads the file where that is not all that was written.
   *
   * @throws IOException if the file cannot be read
   */
  public ByteString sha256() throws IOException {
    if (!layout.isTruncated()) {
      return sha256OfAll;
    }
    MessageDigest digest = sha256Digest();
    for (long at = 0; at < size(); ) {
      byte[] piece = read(at, PIECE_BYTES);
      digest.update(piece);
      at += piece.length;
    }
    return ByteString.copyFrom(digest.digest());
  }

  /**
   * Returns the next of the kept bytes; fewer than asked for at the end of a part, none at the end.
   *
   * @throws IOException if the file cannot be read
   */
  public byte[] read(long from, int most) throws IOException {
    if (from >= size()) {
      return new byte[0];
    }
    long position = layout.positionOf(from);
    long untilSeam = from < layout.headBytes() ? layout.headBytes() - from : size() - from;
    long length = Math.min(Math.min(most, untilSeam), layout.runFrom(position));
    byte[] piece = new byte[(int) length];
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      file.seek(layout.placeOf(position));
      file.readFully(piece);
    } catch (EOFException e) {
      throw new IOException(path + " is shorter than it was", e);
    }
    return piece;
  }

  /** Returns how a report tells that these bytes are in the server's output store. */
  public Output uploaded() {
    Output.Builder output =
        Output.newBuilder()
            .setTotalBytes(layout.total())
            .setTruncated(layout.isTruncated())
            .setSha256(sha256OfAll)
            .setUploaded(true);
    if (layout.isTruncated()) {
      output.setHeadBytes(layout.headBytes());
    }
    return output.build();
  }

  private static MessageDigest sha256Digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
