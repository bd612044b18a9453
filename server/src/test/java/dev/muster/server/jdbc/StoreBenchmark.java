// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.audit.AuditRecord;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.InvocationStore.NewInvocation;
import dev.muster.server.invocation.Result;
import dev.muster.server.ledger.StoreTransaction;
import dev.muster.server.node.NodeId;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Measures what an invocation costs the store: insert, final compare-and-set and audit row, in
 * commits of 1,000. Run by hand: {@code StoreBenchmark [nodes] [past invocations] [rounds]}.
 */
final class StoreBenchmark {
  private static final int BATCH = 1_000;
  private static final byte[] JOURNAL = new byte[16];

  private final TestStore store = TestStore.open();
  private final List<NodeId> nodes = new ArrayList<>();
  private final Random random = new Random(42);
  private final List<List<Invocation>> open = new ArrayList<>();
  private long longestCommit;
  private long ids = 1_700_000_000_000L << 16;

  private StoreBenchmark(int nodes) {
    for (int i = 0; i < nodes; i++) {
      this.nodes.add(new NodeId(new UUID(random.nextLong(), random.nextLong())));
    }
    Collections.sort(this.nodes);
  }

  public static void main(String[] args) throws Exception {
    int nodes = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
    int past = args.length > 1 ? Integer.parseInt(args[1]) : 0;
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 8;
    StoreBenchmark benchmark = new StoreBenchmark(nodes);
    try {
      for (int done = 0; done < past; done += nodes) {
        benchmark.round(false);
      }
      for (int i = 0; i < rounds; i++) {
        System.out.println(benchmark.round(i % 2 == 1));
      }
      System.out.printf(
          "file %,d bytes, log %,d bytes%n",
          Files.size(benchmark.store.settings().file()),
          Files.size(benchmark.store.directory().resolve("muster.db-wal")));
    } finally {
      benchmark.store.close();
    }
  }

  /** Dispatches to all nodes and takes all answers; with the steps between or without. */
  private String round(boolean steps) {
    ExecutionId execution = new ExecutionId(nextId());
    open.clear();
    longestCommit = 0;
    long beginCpu = cpu();
    long begin = System.nanoTime();
    for (int from = 0; from < nodes.size(); from += BATCH) {
      int first = from;
      commit(tx -> dispatch(tx, execution, first));
    }
    long dispatched = System.nanoTime();
    if (steps) {
      for (int i = 0; i < open.size(); i++) {
        open.set(i, move(open.get(i), InvocationState.ACKNOWLEDGED));
        open.set(i, move(open.get(i), InvocationState.STARTED));
      }
    }
    long started = System.nanoTime();
    for (List<Invocation> part : open) {
      move(part, InvocationState.SUCCEEDED);
    }
    long settled = System.nanoTime();
    long cpu = cpu() - beginCpu;
    double each = nodes.size() * 1_000.0;
    return String.format(
        "insert %5.1f, two steps %5.1f, final %5.1f, together %5.1f us per invocation (%5.1f of CPU), longest commit %5.1f ms",
        (dispatched - begin) / each,
        (started - dispatched) / each,
        (settled - started) / each,
        (settled - begin) / each,
        cpu / each,
        longestCommit / 1_000_000.0);
  }

  private void dispatch(StoreTransaction tx, ExecutionId execution, int first) {
    Instant now = Instant.now();
    List<NewInvocation> added = new ArrayList<>();
    List<Invocation> part = new ArrayList<>();
    int end = Math.min(nodes.size(), first + BATCH);
    for (int i = first; i < end; i++) {
      Invocation invocation =
          Invocation.pending(
                  new InvocationId(nextId()),
                  execution,
                  nodes.get(i),
                  i,
                  now,
                  now.plusSeconds(3_600))
              .handedOver(7, JOURNAL, now.plusSeconds(720));
      part.add(invocation);
      added.add(
          new NewInvocation(
              invocation,
              new HistoryEntry(
                  null,
                  InvocationState.DISPATCHED,
                  now,
                  Driver.DISPATCH,
                  "replica-1",
                  7,
                  "",
                  null,
                  0)));
    }
    tx.invocations().insert(added);
    open.add(part);
  }

  private List<Invocation> move(List<Invocation> part, InvocationState to) {
    Instant now = Instant.now();
    List<InvocationChange> changes = new ArrayList<>();
    List<AuditRecord> audit = new ArrayList<>();
    List<Invocation> moved = new ArrayList<>();
    for (Invocation before : part) {
      Invocation after = moved(before, to, now);
      moved.add(after);
      changes.add(
          new InvocationChange(
              before,
              after,
              List.of(
                  new HistoryEntry(
                      before.state(), to, now, Driver.NODE, "replica-1", 7, "", now, 1)),
              to.isSettled() ? Result.EMPTY : null));
      audit.add(
          new AuditRecord(
              now,
              "invocation.transition",
              null,
              "default",
              before.executionId(),
              before.id(),
              before.nodeId(),
              "uptime",
              null,
              "{\"from\":\"" + before.state() + "\",\"to\":\"" + to + "\"}"));
    }
    commit(
        tx -> {
          for (boolean written : tx.invocations().compareAndSet(changes)) {
            if (!written) {
              throw new IllegalStateException("a change missed");
            }
          }
          if (to.isSettled()) {
            tx.audit().append(audit);
          }
        });
    return moved;
  }

  private void commit(Consumer<StoreTransaction> body) {
    long begin = System.nanoTime();
    store.write(body);
    longestCommit = Math.max(longestCommit, System.nanoTime() - begin);
  }

  private static Invocation moved(Invocation before, InvocationState to, Instant now) {
    return new Invocation(
        before.id(),
        before.executionId(),
        before.nodeId(),
        before.ordinal(),
        to,
        before.taken().with(to),
        before.revision() + 1,
        before.epoch(),
        before.journalId(),
        true,
        false,
        false,
        "",
        "",
        before.createTime(),
        before.releaseTime(),
        before.startDeadline(),
        before.reportDeadline(),
        to.isSettled() ? now : null);
  }

  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** Grows, as a UUIDv7 does. */
  private UUID nextId() {
    return new UUID(ids++, 0x8000_0000_0000_0000L | random.nextLong() >>> 2);
  }
}
