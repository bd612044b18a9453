// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm;

import dev.muster.swarm.node.Answers;
import dev.muster.swarm.node.Counters;
import dev.muster.swarm.node.NodeListener;
import dev.muster.swarm.node.NodeParts;
import dev.muster.swarm.node.SwarmNode;
import dev.muster.swarm.node.TimerWheel;
import io.grpc.ManagedChannel;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Many nodes on one event loop: brings as many of them into sessions as it is told, and tells when
 * they are there. Its methods may be called by any thread; what they return completes on the loop.
 */
final class Swarm implements NodeListener {
  private final EventLoop loop;
  private final TimerWheel wheel;
  private final Answers answers;
  private final NodeParts parts;
  private final Connector connector;
  private final RandomGenerator random;

  // All that follows is confined to the loop.
  private final List<SwarmNode> nodes = new ArrayList<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private int ready;
  private int leaving;
  private long lastReadyMillis;
  private final InstantSource clock;

  /** Someone who waits for so many nodes to be ready, and for none to be leaving. */
  private record Waiting(int nodes, CompletableFuture<Readiness> done) {}

  /**
   * How many nodes are in sessions.
   *
   * @param nodes how many
   * @param lastReadyMillis when the last of them came in, as milliseconds since 1970
   */
  record Readiness(int nodes, long lastReadyMillis) {}

  /**
   * What a swarm has done.
   *
   * @param nodes how many nodes it has
   * @param ready how many are in sessions
   * @param counted what they did
   */
  record Figures(int nodes, int ready, Counters.Seen counted) {}

  /** Makes a swarm without nodes. */
  Swarm(
      EventLoop loop,
      Supplier<ManagedChannel> channels,
      RandomGenerator random,
      InstantSource clock,
      SwarmOptions options) {
    this.loop = loop;
    this.random = random;
    this.clock = clock;
    this.wheel = new TimerWheel(System::nanoTime);
    this.answers = new Answers(random);
    this.connector = new Connector(wheel, options.connectsPerSecond);
    this.parts =
        new NodeParts(wheel, clock, random, channels, answers, options.slots, options.raw, this);
    loop.every(TimerWheel.TICK_MILLIS, wheel::advance);
  }

  /** Takes nodes in; they do not connect before they are told to. */
  CompletableFuture<Integer> add(List<Identity> identities) {
    return loop.call(
        () -> {
          for (Identity identity : identities) {
            nodes.add(new SwarmNode(identity.name(), identity.key(), parts));
          }
          return nodes.size();
        });
  }

  /** Brings the first so many nodes into sessions, and all others out; completes when it is so. */
  CompletableFuture<Readiness> connect(int count) {
    return onLoop(
        count,
        () -> {
          for (SwarmNode surplus : nodes.subList(count, nodes.size())) {
            leaving += surplus.leave() ? 1 : 0;
          }
          nodes.subList(0, count).forEach(SwarmNode::join);
        });
  }

  /** Completes when so many nodes are in sessions. */
  CompletableFuture<Readiness> await(int count) {
    return onLoop(count, () -> {});
  }

  private CompletableFuture<Readiness> onLoop(int count, Runnable task) {
    CompletableFuture<Readiness> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          if (count > nodes.size()) {
            done.completeExceptionally(
                new IllegalArgumentException(
                    "there are " + nodes.size() + " nodes; enroll more first"));
            return;
          }
          task.run();
          waiting.add(new Waiting(count, done));
          tellWhoWaits();
        });
    return done;
  }

  /** Sets how nodes answer. */
  CompletableFuture<Void> set(Answers.Key key, int value) {
    return CompletableFuture.runAsync(() -> answers.set(key, value), loop);
  }

  /** Breaks the connection of a node, chosen by chance. */
  void breakOne() {
    loop.execute(
        () -> {
          if (!nodes.isEmpty()) {
            nodes.get(random.nextInt(nodes.size())).breakConnection();
          }
        });
  }

  /** Returns what was done so far. */
  CompletableFuture<Figures> figures() {
    return loop.call(() -> new Figures(nodes.size(), ready, parts.seen()));
  }

  @Override
  public void onWantsToConnect(SwarmNode node) {
    connector.add(node);
  }

  @Override
  public void onAttemptOver(SwarmNode node) {
    connector.done();
  }

  @Override
  public void onReady(SwarmNode node) {
    ready++;
    lastReadyMillis = clock.millis();
    tellWhoWaits();
  }

  @Override
  public void onLost(SwarmNode node) {
    ready--;
  }

  @Override
  public void onGone(SwarmNode node) {
    leaving--;
    tellWhoWaits();
  }

  @Override
  public void onStopped(SwarmNode node, String why) {
    // Whoever waits for all would wait for ever.
    waiting.forEach(
        one ->
            one.done()
                .completeExceptionally(
                    new IllegalStateException("node " + node.name() + " has stopped: " + why)));
    waiting.clear();
  }

  private void tellWhoWaits() {
    if (leaving > 0 || waiting.isEmpty()) {
      return;
    }
    waiting.removeIf(
        one -> ready >= one.nodes() && one.done().complete(new Readiness(ready, lastReadyMillis)));
  }
}
