// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeStore.SessionRecord;
import dev.muster.server.node.NodeStore.SharedKey;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells when two agents run with one key, as on a copied disk. An agent draws its instance id anew
 * at each start: one that was superseded by another instance, and comes back, runs beside it.
 *
 * <p>From then on they take turns: each session that began stays for {@link #TURN}, so that two
 * machines do not tear at one node several times a second.
 *
 * <p>Remembers a bounded number of nodes, and of each a bounded number of instances, for {@link
 * #REMEMBERED}; a restart forgets, and learns again from the next return. Used by the ledger's
 * thread only.
 */
final class Rivals {
  /** How long a session stays while another agent wants its node. */
  static final Duration TURN = Duration.ofMinutes(1);

  /** How long a superseded instance is known, and a key counts as shared. */
  static final Duration REMEMBERED = Duration.ofMinutes(30);

  private static final int NODES = 20_000;
  private static final int INSTANCES = 8;

  private final Cache<NodeId, List<Superseded>> superseded =
      Caffeine.newBuilder().maximumSize(NODES).build();

  private record Superseded(ByteBuffer instance, Instant time) {}

  /**
   * Judges a Hello.
   *
   * @param before the session before; null: there was none
   * @param isLive whether that session still lives
   * @return what is to be known of the key from here on
   * @throws BusException RATE_LIMITED where the other agent's turn is not over
   */
  Optional<SharedKey> judge(
      Node node,
      AgentHello hello,
      String remoteAddress,
      @Nullable SessionRecord before,
      boolean isLive,
      Instant now) {
    if (before == null) {
      return Optional.empty();
    }
    Optional<SharedKey> known = before.sharedKey();
    if (Arrays.equals(before.instanceId(), hello.instanceId())) {
      return known;
    }
    boolean isContested =
        known.filter(shared -> now.isBefore(shared.time().plus(REMEMBERED))).isPresent();
    Instant turnEnds = before.connectTime().plus(TURN);
    boolean hasTurn = !now.isBefore(before.connectTime()) && now.isBefore(turnEnds);
    if (isContested && isLive && hasTurn) {
      throw BusException.of(ErrorReason.RATE_LIMITED)
          .message(
              "Another agent runs with the key of node "
                  + node.name()
                  + ", from "
                  + before.remoteAddress()
                  + "; while it does, each gets a minute.")
          .with("node_id", node.id())
          .retryAfter(Duration.between(now, turnEnds))
          .build();
    }
    boolean isBack = remember(node.id(), before.instanceId(), hello.instanceId(), now);
    return isBack
        ? Optional.of(new SharedKey(now, before.remoteAddress() + ", " + remoteAddress))
        : known;
  }

  /** Notes who is superseded; returns whether the one that comes was, before. */
  private boolean remember(NodeId node, byte[] leaves, byte[] comes, Instant now) {
    List<Superseded> kept = new ArrayList<>();
    boolean isBack = false;
    @Nullable List<Superseded> earlier = superseded.getIfPresent(node);
    for (Superseded one : earlier == null ? List.<Superseded>of() : earlier) {
      if (now.isBefore(one.time().plus(REMEMBERED))) {
        kept.add(one);
        isBack |= one.instance().equals(ByteBuffer.wrap(comes));
      }
    }
    kept.add(new Superseded(ByteBuffer.wrap(leaves), now));
    superseded.put(
        node, List.copyOf(kept.subList(Math.max(0, kept.size() - INSTANCES), kept.size())));
    return isBack;
  }
}
