// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.output;

import dev.muster.server.error.Faults;
import dev.muster.server.invocation.InvocationId;
import dev.muster.wire.Limits;
import dev.muster.wire.Sha256;

/**
 * What a node says that it is going to upload.
 *
 * @param invocation whose output
 * @param stream which of its streams
 * @param size how many bytes
 * @param sha256 their digest
 */
public record AnnouncedOutput(InvocationId invocation, RunStream stream, long size, Sha256 sha256) {
  /**
   * Checks the bounds.
   *
   * @throws dev.muster.server.error.BusException LIMIT_OUT_OF_RANGE
   */
  public AnnouncedOutput {
    if (size < 1 || size > Limits.MAX_OUTPUT_BYTES) {
      throw Faults.limit("size_bytes", "is " + size + "; 1 to " + Limits.MAX_OUTPUT_BYTES + ".");
    }
  }
}
