// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import java.util.UUID;

/** Names an execution: a UUIDv7. */
public record ExecutionId(UUID value) {
  @Override
  public String toString() {
    return value.toString();
  }
}
