// SPDX-License-Identifier: Apache-2.0
package dev.muster.benchmarks;

import dev.muster.server.invocation.InvocationChange;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What is durable when the call returns: a thousand new invocations, a thousand final changes with
 * their audit rows, and one of these alone. Beside each the same rows by plain JDBC. Sampled, since
 * the median tells more than the mean where a disk or a neighbour may stall.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LedgerBenchmark {
  /** A dispatch to a thousand nodes: one commit. */
  @Benchmark
  public Object insertThousand(OfLedger state) {
    return state.bed.dispatch();
  }

  /** The same thousand rows. */
  @Benchmark
  public Object rawInsertThousand(OfRawStore state) throws SQLException {
    return state.raw.insert();
  }

  /** A thousand nodes report at once; the ledger gathers as it can. */
  @Benchmark
  public int changeThousand(OfLedger state, Thousand changes) {
    return state.bed.changeEach(changes.changes);
  }

  /** The same in one entry, hence one commit. */
  @Benchmark
  public int changeThousandAtOnce(OfLedger state, Thousand changes) {
    return state.bed.changeAtOnce(changes.changes);
  }

  /** The same changed rows and audit rows. */
  @Benchmark
  public int rawChangeThousand(OfRawStore state, RawThousand rows) throws SQLException {
    return state.raw.change(rows.ids);
  }

  /** One node reports, and waits: the way through both threads and one sync of the disk. */
  @Benchmark
  public int changeOne(OfLedger state, One change) {
    return state.bed.changeEach(change.next());
  }

  /** One changed row and one audit row. */
  @Benchmark
  public int rawChangeOne(OfRawStore state, RawOne row) throws SQLException {
    return state.raw.change(row.next());
  }

  /** A ledger. */
  @State(Scope.Benchmark)
  public static class OfLedger {
    final LedgerBed bed = LedgerBed.open();

    /** Stops it. */
    @TearDown
    public void close() {
      bed.close();
    }
  }

  /** A database without one. */
  @State(Scope.Benchmark)
  public static class OfRawStore {
    final RawStore raw = RawStore.open();

    /** Closes it. */
    @TearDown
    public void close() {
      raw.close();
    }
  }

  /** Changes of a cohort that was just dispatched. */
  @State(Scope.Benchmark)
  public static class Thousand {
    List<InvocationChange> changes = List.of();

    /** Dispatches. */
    @Setup(Level.Invocation)
    public void dispatch(OfLedger state) {
      changes = LedgerBed.decide(state.bed.dispatch());
    }
  }

  /** Rows that were just inserted. */
  @State(Scope.Benchmark)
  public static class RawThousand {
    List<byte[]> ids = List.of();

    /** Inserts. */
    @Setup(Level.Invocation)
    public void insert(OfRawStore state) throws SQLException {
      ids = state.raw.insert();
    }
  }

  /** Changes of cohorts, one by one. */
  @State(Scope.Benchmark)
  public static class One {
    private final Queue<InvocationChange> left = new ArrayDeque<>();

    /** Dispatches where none is left. */
    @Setup(Level.Invocation)
    public void dispatch(OfLedger state) {
      if (left.isEmpty()) {
        left.addAll(LedgerBed.decide(state.bed.dispatch()));
      }
    }

    List<InvocationChange> next() {
      return List.of(left.remove());
    }
  }

  /** Inserted rows, one by one. */
  @State(Scope.Benchmark)
  public static class RawOne {
    private final Queue<byte[]> left = new ArrayDeque<>();

    /** Inserts where none is left. */
    @Setup(Level.Invocation)
    public void insert(OfRawStore state) throws SQLException {
      if (left.isEmpty()) {
        left.addAll(state.raw.insert());
      }
    }

    List<byte[]> next() {
      return List.of(left.remove());
    }
  }
}
