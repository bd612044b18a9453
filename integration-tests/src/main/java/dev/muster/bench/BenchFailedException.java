// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

/** A check of the bench failed, or a process of it did not do its part. */
public final class BenchFailedException extends RuntimeException {
  public BenchFailedException(String message) {
    super(message);
  }

  public BenchFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
