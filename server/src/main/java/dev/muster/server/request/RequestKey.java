// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.request;

import dev.muster.wire.Sha256;

/**
 * A mutating call that may be repeated.
 *
 * @param caller id of the operator
 * @param projectId project
 * @param method name of the method
 * @param requestId chosen by the caller; empty: the call is not to be recognised again
 * @param body digest of the request without its id
 */
public record RequestKey(
    String caller, String projectId, String method, String requestId, Sha256 body) {
  /** Returns whether the caller wants repeats recognised. */
  public boolean isPresent() {
    return !requestId.isEmpty();
  }
}
