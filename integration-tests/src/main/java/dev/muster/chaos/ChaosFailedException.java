// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

/** The breaker itself could not do its part; it says nothing of Muster's promises. */
public final class ChaosFailedException extends RuntimeException {
  ChaosFailedException(String message) {
    super(message);
  }

  ChaosFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
