// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a run came to. A failed command is a result, never an error of the bus.
 *
 * @param dataJson what the action returned, as UTF-8 JSON text; empty: nothing
 * @param error why it did not succeed
 * @param exitCode of the hook's process
 * @param stdout what it wrote to standard output
 * @param stderr what it wrote to standard error
 */
@SuppressWarnings("ArrayRecordComponent") // Opaque bytes, passed through; never compared.
public record Result(
    byte[] dataJson,
    @Nullable ResultError error,
    OptionalInt exitCode,
    Output stdout,
    Output stderr) {
  /** Nothing returned, nothing written. */
  public static final Result EMPTY =
      new Result(new byte[0], null, OptionalInt.empty(), Output.NONE, Output.NONE);

  /** Returns whether some of the output is in the output store. */
  public boolean isUploaded() {
    return stdout.uploaded() || stderr.uploaded();
  }

  /**
   * Why a run did not succeed, in the action's own words.
   *
   * @param code for machines
   * @param message for people
   * @param detailsJson UTF-8 JSON text; empty: none
   */
  public record ResultError(String code, String message, byte[] detailsJson) {}

  /**
   * One captured stream.
   *
   * @param data the bytes, or head then tail where truncated
   * @param totalBytes that the run wrote in all
   * @param truncated whether bytes in the middle are missing
   * @param headBytes how much of what is kept is the head, where truncated
   * @param sha256 of all that was written; empty where nothing was
   * @param uploaded whether the bytes are in the output store rather than in the data
   */
  public record Output(
      byte[] data,
      long totalBytes,
      boolean truncated,
      long headBytes,
      byte[] sha256,
      boolean uploaded) {
    /** Nothing written. */
    public static final Output NONE = new Output(new byte[0], 0, false, 0, new byte[0]);

    /** Makes one whose bytes are all in the data. */
    public Output(byte[] data, long totalBytes, boolean truncated, long headBytes, byte[] sha256) {
      this(data, totalBytes, truncated, headBytes, sha256, false);
    }
  }
}
