// SPDX-License-Identifier: Apache-2.0
package dev.muster.benchmarks;

import dev.muster.server.catalog.Catalog;
import dev.muster.server.credential.KeyedHash;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.node.Labels;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeAuthentication;
import dev.muster.server.node.NodeDirectory;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeKey;
import dev.muster.server.node.NodeKeyring;
import dev.muster.server.node.NodeName;
import dev.muster.server.node.NodeState;
import dev.muster.wire.CredentialFormatException;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.Secret;
import dev.muster.wire.Sha256;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What each call of an agent pays for its credential, among the keys of a hundred thousand nodes.
 * The keyring holds all of them: there is no cache that could miss, only nodes that are not known.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class NodeKeyBenchmark {
  private static final int HASHED_BYTES = 4 + 16 + Secret.BYTES;

  private final SecureRandom random = new SecureRandom();
  private final KeyedHash keyedHash = KeyedHash.of(RawHmac.bytes(KeyedHash.BYTES));
  private final RawHmac hmac = new RawHmac(HASHED_BYTES);
  private NodeSecretKey unknown = new NodeSecretKey(Samples.id(), Secret.random(random));
  private String unknownText = unknown.format();

  /** Reads the text. */
  @Benchmark
  public NodeSecretKey parse() throws CredentialFormatException {
    return NodeSecretKey.parse(unknownText);
  }

  /** Hashes it. */
  @Benchmark
  public Sha256 hash() {
    return keyedHash.hash(unknown);
  }

  /** The whole check, of a node that is known; another one each time. */
  @Benchmark
  public NodeAuthentication checkKnown(Fleet fleet) throws CredentialFormatException {
    return fleet.keyring.authenticate(NodeSecretKey.parse(fleet.nextKey()));
  }

  /** The whole check, of a node that is not known. */
  @Benchmark
  public NodeAuthentication checkUnknown(Fleet fleet) throws CredentialFormatException {
    return fleet.keyring.authenticate(NodeSecretKey.parse(unknownText));
  }

  /** The whole check, of a known node with another secret. */
  @Benchmark
  public NodeAuthentication checkWrongSecret(Fleet fleet) throws CredentialFormatException {
    return fleet.keyring.authenticate(NodeSecretKey.parse(fleet.wrong));
  }

  /** The keyed hash alone. */
  @Benchmark
  public byte[] rawHmac() {
    return hmac.hash();
  }

  /** A keyring as a server has it after its start. */
  @State(Scope.Benchmark)
  public static class Fleet {
    private static final int NODES = 100_000;
    private static final int NODES_OF_COMMIT = 10_000;

    private final SecureRandom random = new SecureRandom();
    private final KeyedHash keyedHash = KeyedHash.of(RawHmac.bytes(KeyedHash.BYTES));
    private final List<String> keys = new ArrayList<>(NODES);
    private int next;

    final NodeKeyring keyring;
    final String wrong;

    /** Fills a store and loads the keyring from it. */
    public Fleet() {
      try (LedgerBed bed = LedgerBed.open()) {
        while (keys.size() < NODES) {
          keys.addAll(bed.ledger().call(this::add));
        }
        NodeDirectory directory = NodeDirectory.load(bed.store());
        keyring = NodeKeyring.load(bed.store(), keyedHash, directory);
        UUID known = directory.all().iterator().next().id().value();
        wrong = new NodeSecretKey(known, Secret.random(random)).format();
      }
      Collections.shuffle(keys, random);
    }

    /** Adds nodes with a key each, and returns the keys. */
    private List<String> add(LedgerTransaction tx) {
      List<String> added = new ArrayList<>(NODES_OF_COMMIT);
      for (int i = 0; i < NODES_OF_COMMIT; i++) {
        NodeId id = new NodeId(Samples.id());
        NodeSecretKey key = new NodeSecretKey(id.value(), Secret.random(random));
        tx.store().nodes().insert(node(id, tx.now()), Map.of(), "");
        tx.store()
            .nodeKeys()
            .insert(new NodeKey(Samples.id(), id, keyedHash.hash(key), tx.now(), tx.now()));
        added.add(key.format());
      }
      return added;
    }

    private static Node node(NodeId id, Instant now) {
      return new Node(
          id,
          Samples.PROJECT,
          new NodeName("n-" + id),
          Labels.none(),
          NodeState.ACTIVE,
          Catalog.EMPTY.digest(),
          now,
          "");
    }

    private String nextKey() {
      next = next + 1 < keys.size() ? next + 1 : 0;
      return keys.get(next);
    }
  }
}
