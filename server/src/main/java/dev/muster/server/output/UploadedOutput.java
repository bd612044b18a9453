// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.output;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.Result;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compares what a report tells of uploads with what is stored: a result never tells of nothing. */
public final class UploadedOutput {
  private UploadedOutput() {}

  /**
   * Requires that what a result says was uploaded is stored.
   *
   * @throws BusException OUTPUT_DIGEST_MISMATCH
   */
  public static void require(OutputStore outputs, InvocationId id, @Nullable Result result) {
    if (result != null) {
      require(outputs, id, RunStream.STDOUT, result.stdout());
      require(outputs, id, RunStream.STDERR, result.stderr());
    }
  }

  private static void require(
      OutputStore outputs, InvocationId id, RunStream stream, Result.Output told) {
    if (!told.uploaded()) {
      return;
    }
    Optional<StoredOutput> stored = outputs.find(id, stream);
    if (stored.filter(output -> fits(output, told)).isEmpty()) {
      throw BusException.of(ErrorReason.OUTPUT_DIGEST_MISMATCH)
          .message(
              "The report of invocation "
                  + id
                  + " tells of an upload of "
                  + stream
                  + " that is not stored; upload it again.")
          .with("invocation_id", id)
          .with("stream", stream)
          .build();
    }
  }

  private static boolean fits(StoredOutput stored, Result.Output told) {
    return told.truncated()
        ? stored.size() < told.totalBytes() && told.headBytes() <= stored.size()
        : stored.size() == told.totalBytes()
            && Arrays.equals(stored.sha256().bytes(), told.sha256());
  }
}
