// SPDX-License-Identifier: Apache-2.0
package dev.muster.benchmarks;

import dev.muster.server.catalog.Catalog;
import dev.muster.server.node.Labels;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeDirectory;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeName;
import dev.muster.server.node.NodeState;
import dev.muster.server.node.Presence;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A hundred thousand nodes: a quarter are {@code role=web}, a tenth are in each zone, a hundred are
 * in each rack, one in a hundred is a {@code canary}, and nine in ten are connected.
 */
public final class Fleet {
  /** How many there are. */
  public static final int NODES = 100_000;

  /** Project of all of them. */
  public static final String PROJECT = Samples.PROJECT;

  private static final List<String> ROLES = List.of("web", "db", "cache", "batch");
  private static final int ZONES = 10;
  private static final int RACKS = NODES / 100;

  private final NodeDirectory directory = new NodeDirectory();
  private final Set<NodeId> online = ConcurrentHashMap.newKeySet();

  /** Makes them, always the same. */
  public Fleet() {
    Random random = new Random(42);
    List<Integer> numbers = new ArrayList<>(NODES);
    for (int i = 0; i < NODES; i++) {
      numbers.add(i);
    }
    // Neighbours by name shall not be neighbours in memory: a directory fills as nodes join.
    Collections.shuffle(numbers, random);
    Instant now = Instant.now();
    for (int number : numbers) {
      Node node = node(number, new NodeId(new UUID(random.nextLong(), random.nextLong())), now);
      directory.put(node);
      if (number % 10 != 9) {
        online.add(node.id());
      }
    }
  }

  /** Returns the directory that knows them. */
  public NodeDirectory directory() {
    return directory;
  }

  /** Returns who is connected. */
  public Presence presence() {
    return online::contains;
  }

  private static Node node(int number, NodeId id, Instant now) {
    Map<String, String> labels = new HashMap<>();
    labels.put("env", number % 7 == 0 ? "staging" : "production");
    labels.put("os", "linux");
    labels.put("rack", "r-" + number % RACKS);
    labels.put("role", ROLES.get(number / ZONES % ROLES.size()));
    labels.put("zone", "z" + number % ZONES);
    if (number % 100 == 50) {
      labels.put("canary", "");
    }
    return new Node(
        id,
        PROJECT,
        new NodeName("node-" + number),
        Labels.of(labels),
        NodeState.ACTIVE,
        Catalog.EMPTY.digest(),
        now,
        "");
  }
}
