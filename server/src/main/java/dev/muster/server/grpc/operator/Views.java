// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import dev.muster.proto.operator.v1.View;
import dev.muster.server.error.Faults;

/** How much of a resource a caller asks for. */
final class Views {
  private Views() {}

  /**
   * Returns whether all of it is asked for.
   *
   * @param number the view as it came
   * @param unspecified what a request means that does not say
   * @throws dev.muster.server.error.BusException INVALID_ARGUMENT where the view is unknown
   */
  static boolean isFull(View view, int number, boolean unspecified) {
    return switch (view) {
      case VIEW_UNSPECIFIED -> unspecified;
      case VIEW_BASIC -> false;
      case VIEW_FULL -> true;
      case UNRECOGNIZED -> throw Faults.field("view", number + " is no view.");
    };
  }
}
