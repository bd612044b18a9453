// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.error;

/**
 * The kind of a failure: what a caller can do about it. The names are those of gRPC's status codes.
 */
public enum Category {
  /** Who asks is not known. Present another credential. */
  UNAUTHENTICATED,
  /** Who asks may not do this. */
  PERMISSION_DENIED,
  /** The request is wrong whatever the state. Mend it. */
  INVALID_ARGUMENT,
  /** What is asked for is not there. */
  NOT_FOUND,
  /** The state does not allow it. Asking again without changing something is in vain. */
  FAILED_PRECONDITION,
  /** What is to be made is there. */
  ALREADY_EXISTS,
  /** Something else got in between. Begin again a step earlier. */
  ABORTED,
  /** A bound is reached. Come again later, or with less. */
  RESOURCE_EXHAUSTED,
  /** A position is outside what is kept. */
  OUT_OF_RANGE,
  /** It took too long. */
  DEADLINE_EXCEEDED,
  /** It cannot be done now. Try again with backoff. */
  UNAVAILABLE,
  /** This server does not provide it. */
  UNIMPLEMENTED,
  /** Something unforeseen. */
  INTERNAL
}
