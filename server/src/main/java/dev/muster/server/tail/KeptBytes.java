// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.tail;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.Result;
import dev.muster.server.output.OutputFiles;
import dev.muster.server.output.StoredOutput;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.Optional;

/**
 * What is kept of a stream of a run that has settled: a head and, where it was cut, a tail, from
 * its result or from the output store. Blocks on the disk.
 */
final class KeptBytes {
  /** Reads kept bytes. */
  private interface Source {
    byte[] read(long from, int most) throws IOException;
  }

  private final InvocationId id;
  private final Source source;
  private final long total;
  private final long head;
  private final long tailStart;

  private KeptBytes(InvocationId id, Source source, Result.Output told, long kept) {
    this.id = id;
    this.source = source;
    // What a node tells need not fit together; what is kept counts.
    this.total = told.truncated() ? Math.max(told.totalBytes(), kept) : kept;
    this.head = told.truncated() ? Math.min(told.headBytes(), kept) : kept;
    this.tailStart = total - (kept - head);
  }

  /**
   * Returns what is kept.
   *
   * @param stored what the output store has of it
   * @throws BusException OUTPUT_EXPIRED where it was stored and is not any more
   */
  static KeptBytes of(
      InvocationId id, Result.Output told, Optional<StoredOutput> stored, OutputFiles files) {
    if (!told.uploaded()) {
      byte[] data = told.data();
      return new KeptBytes(
          id,
          (from, most) ->
              Arrays.copyOfRange(data, (int) from, (int) Math.min(data.length, from + most)),
          told,
          data.length);
    }
    StoredOutput output = stored.orElseThrow(() -> expired(id));
    return new KeptBytes(
        id, (from, most) -> files.read(output.file(), from, most), told, output.size());
  }

  /** Returns the first position from this one on whose byte is kept; the total if there is none. */
  long next(long position) {
    return position < head ? position : Math.max(position, tailStart);
  }

  boolean isEnd(long position) {
    return position >= total;
  }

  /**
   * Returns kept bytes from a position on that {@link #next} gave; at least one.
   *
   * @throws BusException OUTPUT_EXPIRED, STORE_UNAVAILABLE
   */
  byte[] read(long position, int most) {
    long from = position < head ? position : head + (position - tailStart);
    long end = position < head ? head : total;
    byte[] bytes;
    try {
      bytes = source.read(from, (int) Math.min(most, end - position));
    } catch (NoSuchFileException e) {
      throw expired(id);
    } catch (IOException e) {
      throw BusException.of(ErrorReason.STORE_UNAVAILABLE)
          .message("The output store cannot be read now; try again.")
          .cause(e)
          .build();
    }
    if (bytes.length == 0) {
      throw expired(id); // Cut by somebody else.
    }
    return bytes;
  }

  private static BusException expired(InvocationId id) {
    return BusException.of(ErrorReason.OUTPUT_EXPIRED)
        .message("The output of invocation " + id + " is not kept any more.")
        .with("invocation_id", id)
        .build();
  }
}
