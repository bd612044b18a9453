// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.watch;

import dev.muster.proto.operator.v1.Execution;

/**
 * Shows how far an execution has come. Thread-safe; after {@code close} nothing is shown any more.
 */
interface Progress extends AutoCloseable {
  /** Shows this, at once or soon. */
  void show(Execution execution);

  /** Tells something beside it. */
  void tell(String line);

  /** Leaves the terminal as a next line expects it. */
  @Override
  void close();
}
