// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.output;

import dev.muster.server.invocation.InvocationId;
import dev.muster.wire.Sha256;
import java.time.Instant;
import java.util.UUID;

/**
 * What is kept of one stream of one run.
 *
 * @param invocation whose
 * @param stream which of its streams
 * @param file names the file of the bytes
 * @param size how many bytes are kept
 * @param sha256 digest of these bytes
 * @param createTime when they were stored
 */
public record StoredOutput(
    InvocationId invocation,
    RunStream stream,
    UUID file,
    long size,
    Sha256 sha256,
    Instant createTime) {}
