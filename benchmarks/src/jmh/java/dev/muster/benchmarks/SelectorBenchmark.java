// SPDX-License-Identifier: Apache-2.0
package dev.muster.benchmarks;

import dev.muster.server.node.LabelSelector;
import dev.muster.server.node.Node;
import dev.muster.server.node.Selectors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Reading a selector, and finding whom it chooses among a hundred thousand nodes. */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SelectorBenchmark {
  /** Reads it: too short to be sampled. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  public LabelSelector parse(Text text) {
    return Selectors.parse(text.selector);
  }

  /** Finds whom it chooses. */
  @Benchmark
  public List<Node> match(Text text, Nodes nodes) {
    return nodes.fleet.directory().match(Fleet.PROJECT, Selectors.parse(text.selector));
  }

  /** Goes through the directory and takes everyone. */
  @Benchmark
  public List<Node> matchEverything(Nodes nodes) {
    return nodes.fleet.directory().match(Fleet.PROJECT, LabelSelector.everything());
  }

  /** {@code role=web} as one comparison of texts per node, over two lists. */
  @Benchmark
  public List<Node> rawEquals(Nodes nodes) {
    List<Node> matching = new ArrayList<>();
    for (int i = 0; i < nodes.all.size(); i++) {
      if (nodes.roles.get(i).equals(nodes.wanted)) {
        matching.add(nodes.all.get(i));
      }
    }
    return matching;
  }

  /** One that chooses a quarter, a twentieth, one in a thousand, and nearly all. */
  @State(Scope.Benchmark)
  public static class Text {
    /** The selector. */
    @Param({"role=web", "role=web,zone in (z1,z2)", "rack=r-17", "!canary"})
    public String selector = "";
  }

  /** The nodes. */
  @State(Scope.Benchmark)
  public static class Nodes {
    final Fleet fleet = new Fleet();
    final List<Node> all = fleet.directory().match(Fleet.PROJECT, LabelSelector.everything());
    final List<String> roles =
        all.stream().map(node -> node.labels().get("role").orElseThrow()).toList();

    /** Equal to those of the nodes, and not the same object. */
    final String wanted = String.valueOf(new char[] {'w', 'e', 'b'});
  }
}
