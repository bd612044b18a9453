// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import dev.muster.server.node.Node;
import io.grpc.Context;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Which node calls, as authenticated. */
public final class NodeContext {
  private static final Context.Key<Node> KEY = Context.key("muster-node");
  private static final Context.Key<String> REMOTE = Context.key("muster-remote");

  private NodeContext() {}

  /** Returns the node of the call that this thread is in. */
  public static Node current() {
    Node node = KEY.get();
    if (node == null) {
      throw new IllegalStateException("not in an authenticated call");
    }
    return node;
  }

  /**
   * Returns the address that the call of this thread comes from; empty where the transport has
   * none.
   */
  public static String remoteAddress() {
    String address = REMOTE.get();
    return address == null ? "" : address;
  }

  /** Returns the context of a call that the node makes. */
  static Context attachTo(Context context, Node node, @Nullable SocketAddress remote) {
    return context.withValues(KEY, node, REMOTE, remote == null ? "" : remote.toString());
  }
}
