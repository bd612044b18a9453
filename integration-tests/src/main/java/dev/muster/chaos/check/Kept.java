// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

/**
 * Standard output of a run as it was read back from the server when all had settled.
 *
 * @param invocation of which
 * @param bytes how many came
 * @param skipped how many were passed over, as the server said
 * @param wrong how many are not what the hook writes at their place
 * @param sha256 of those that came, in hexadecimal
 * @param refusal why it could not be read; empty: it could
 */
public record Kept(
    String invocation, long bytes, long skipped, long wrong, String sha256, String refusal) {}
