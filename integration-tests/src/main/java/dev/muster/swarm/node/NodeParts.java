// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** What all nodes of a swarm share. Confined to the event loop. */
public final class NodeParts {
  final TimerWheel wheel;
  final RandomGenerator random;
  final Supplier<ManagedChannel> channels;
  final NodeListener listener;
  final Answers answers;
  final Counters counters = new Counters();
  final SpentIds spent = new SpentIds();
  final Orders orders = new Orders();
  final ServerTime serverTime;
  final Steps steps;
  final PrepareDesk prepares;
  final Complaints complaints;
  final ByteString instanceId;
  final int slots;

  /** Only against the raw server: answers in place of a journal. */
  final Optional<RawReplies> replies;

  /**
   * Puts them together.
   *
   * @param channels opens a connection of its own for each call; nothing of it may block, and what
   *     it does happens on the event loop
   * @param slots how many runs each node does at once
   * @param raw whether commands are only answered, as the raw server expects: nothing is remembered
   */
  public NodeParts(
      TimerWheel wheel,
      InstantSource clock,
      RandomGenerator random,
      Supplier<ManagedChannel> channels,
      Answers answers,
      int slots,
      boolean raw,
      NodeListener listener) {
    this.wheel = wheel;
    this.random = random;
    this.channels = channels;
    this.answers = answers;
    this.slots = slots;
    this.listener = listener;
    this.serverTime = new ServerTime(wheel::nanos);
    this.steps = new Steps(clock);
    this.prepares = new PrepareDesk(this);
    this.complaints = new Complaints(wheel::nanos);
    this.replies = raw ? Optional.of(new RawReplies(steps)) : Optional.empty();
    this.instanceId = randomId();
  }

  /** Returns what the nodes have done so far. */
  public Counters.Seen seen() {
    return counters.seen();
  }

  ByteString randomId() {
    byte[] id = new byte[16];
    random.nextBytes(id);
    return ByteString.copyFrom(id);
  }
}
