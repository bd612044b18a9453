// SPDX-License-Identifier: Apache-2.0
package dev.muster.demo;

/** Something did not go as the demo tells it. */
final class DemoFailedException extends RuntimeException {
  DemoFailedException(String message) {
    super(message);
  }
}
