// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import dev.muster.agent.output.SpillFile;
import dev.muster.proto.type.v1.Output;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One captured stream of a run: counts and digests every byte, and keeps the first and the last of
 * them within a cap. Memory holds what a report may, and no more; what outgrows that is kept in a
 * file as well. What comes after {@link #finish} is dropped. Thread-safe.
 */
final class OutputCapture extends OutputStream {
  private static final Logger log = LoggerFactory.getLogger(OutputCapture.class);

  private final Object lock = new Object();
  private final MessageDigest digest = sha256();
  private final int headCap;
  private final int tailCap;
  private final Spills spills;

  /** Null as long as memory holds everything, and where there is no file. */
  @GuardedBy("lock") private @Nullable SpillFile spill;

  @GuardedBy("lock") private boolean spillAsked;

  @GuardedBy("lock") private byte[] head = new byte[0];

  @GuardedBy("lock") private int headLength;

  /** A ring once it is as large as its cap; filled from the start before. */
  @GuardedBy("lock") private byte[] tail = new byte[0];

  @GuardedBy("lock") private int tailLength;

  @GuardedBy("lock") private int tailEnd;

  @GuardedBy("lock") private long total;

  @GuardedBy("lock") private @Nullable Output finished;

  @GuardedBy("lock") private @Nullable Tap tap;

  /** Opens the file of a stream that has outgrown its report; empty: it has none. */
  interface Spills {
    Optional<SpillFile> open();
  }

  /** Sees output while it is written. Called under no lock, in order, by the writing thread. */
  interface Tap {
    void onOutput(long offset, ByteString data);
  }

  /**
   * Keeps at most this many bytes, and nothing in a file.
   *
   * @throws IllegalArgumentException if the cap is negative
   */
  OutputCapture(int cap) {
    this(cap, Optional::empty);
  }

  /**
   * Keeps at most this many bytes in memory, and what is more in a file.
   *
   * @throws IllegalArgumentException if the cap is negative
   */
  OutputCapture(int cap, Spills spills) {
    if (cap < 0) {
      throw new IllegalArgumentException("a cap of " + cap + " bytes");
    }
    this.spills = spills;
    headCap = cap - cap / 2;
    tailCap = cap / 2;
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    Tap watching;
    long position;
    synchronized (lock) {
      if (finished != null || length == 0) {
        return;
      }
      digest.update(bytes, offset, length);
      position = total;
      total += length;
      spill(position, bytes, offset, length);
      int toHead = Math.min(length, headCap - headLength);
      keepHead(bytes, offset, toHead);
      keepTail(bytes, offset + toHead, length - toHead);
      watching = tap;
    }
    if (watching != null) {
      watching.onOutput(position, ByteString.copyFrom(bytes, offset, length));
    }
  }

  /** Shows what is written from now on to somebody; null: to nobody any more. */
  void tap(@Nullable Tap tap) {
    synchronized (lock) {
      this.tap = tap;
    }
  }

  /** Ends the capture and returns what was captured; the same when called again. */
  Output finish() {
    synchronized (lock) {
      if (finished == null) {
        finished = report();
        tap = null;
        finishSpill();
      }
      return finished;
    }
  }

  /** Returns whether there is a whole file of it. False before {@link #finish}. */
  boolean isSpilled() {
    synchronized (lock) {
      return finished != null && spill != null;
    }
  }

  /** Begins with what memory holds, which is everything up to then. */
  @GuardedBy("lock") private void spill(long position, byte[] bytes, int offset, int length) {
    if (total <= headCap + tailCap || (spillAsked && spill == null)) {
      return;
    }
    try {
      if (!spillAsked) {
        spillAsked = true;
        spill = spills.open().orElse(null);
        if (spill == null) {
          return;
        }
        byte[] before = kept().toByteArray();
        spill.write(0, before, 0, before.length);
      }
      requireNonNull(spill).write(position, bytes, offset, length);
    } catch (IOException e) {
      dropSpill(e);
    }
  }

  @GuardedBy("lock") private void finishSpill() {
    try {
      if (spill != null) {
        spill.finish();
      }
    } catch (IOException e) {
      dropSpill(e);
    }
  }

  @GuardedBy("lock") private void dropSpill(IOException why) {
    log.warn("Output is cut, its file cannot be written: {}", why.getMessage());
    requireNonNull(spill).discard();
    spill = null;
  }

  @GuardedBy("lock") private Output report() {
    if (total == 0) {
      return Output.getDefaultInstance();
    }
    boolean truncated = total > headLength + tailLength;
    Output.Builder output =
        Output.newBuilder()
            .setTotalBytes(total)
            .setTruncated(truncated)
            .setSha256(ByteString.copyFrom(digest.digest()))
            .setData(kept());
    if (truncated) {
      output.setHeadBytes(headLength);
    }
    return output.build();
  }

  @GuardedBy("lock") private ByteString kept() {
    return ByteString.copyFrom(head, 0, headLength).concat(tailBytes());
  }

  @GuardedBy("lock") private ByteString tailBytes() {
    if (tailLength < tailCap || tailEnd == 0) {
      return ByteString.copyFrom(tail, 0, tailLength);
    }
    return ByteString.copyFrom(tail, tailEnd, tailCap - tailEnd)
        .concat(ByteString.copyFrom(tail, 0, tailEnd));
  }

  @GuardedBy("lock") private void keepHead(byte[] bytes, int offset, int length) {
    head = grown(head, headLength + length, headCap);
    System.arraycopy(bytes, offset, head, headLength, length);
    headLength += length;
  }

  @GuardedBy("lock") private void keepTail(byte[] bytes, int offset, int length) {
    if (tailCap == 0 || length == 0) {
      return;
    }
    // Only the last of a long write can be kept.
    int kept = Math.min(length, tailCap);
    int from = offset + length - kept;
    int first = Math.min(kept, tailCap - tailEnd);
    tail = grown(tail, tailEnd + first, tailCap);
    System.arraycopy(bytes, from, tail, tailEnd, first);
    System.arraycopy(bytes, from + first, tail, 0, kept - first);
    tailEnd = (tailEnd + kept) % tailCap;
    tailLength = Math.min(tailLength + kept, tailCap);
  }

  private static byte[] grown(byte[] array, int needed, int cap) {
    if (needed <= array.length) {
      return array;
    }
    return Arrays.copyOf(array, (int) Math.min(cap, Math.max(needed, 2L * array.length)));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
