// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import dev.muster.proto.agent.v1.CallbackStep;
import java.util.ArrayList;
import java.util.List;

/** What a node has to tell of one invocation. Confined to the event loop. */
abstract class Report {
  final String id;
  final List<CallbackStep> steps = new ArrayList<>(3);

  /** Steps that are on their way on this stream, or that the server has. */
  int sent;

  /** Steps that the server has, durably. */
  int acknowledged;

  /** Whether it waits in the window. */
  boolean queued;

  /** Whether the server has yet to say what is to become of it; until then it is not told. */
  boolean undirected;

  Report(String id) {
    this.id = id;
  }

  /** The server has more of the steps. */
  abstract void onAcknowledged();

  /** The server will never take more of it. */
  abstract void onRefusedForGood();
}
