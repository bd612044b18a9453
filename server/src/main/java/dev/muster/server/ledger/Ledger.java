// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.ledger;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.invocation.InvocationChange;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only writer of the store. Decisions queue up here; one thread commits what has gathered in
 * one transaction with full durability, a second tells callers and listeners of what is durable, in
 * commit order.
 *
 * <ul>
 *   <li>No timer delays a lone request; under load a small batch waits 2 ms, once.
 *   <li>No batch holds the writer long: it stops gathering at {@link #BATCH_WEIGHT} rows.
 *   <li>A refused entry undoes its own writes and nothing else of the batch.
 *   <li>When the commit itself fails, the store is read back before anyone is told anything.
 * </ul>
 *
 * <p>Bounded: at {@link #QUEUE} waiting entries, further ones are refused with STORE_UNAVAILABLE.
 * Thread-safe. Owns two threads; {@code close} commits what is queued and returns when both have
 * stopped.
 */
public final class Ledger implements AutoCloseable {
  /** Entries that may wait. */
  public static final int QUEUE = 1 << 18;

  /** Rows after which a batch is committed, whatever waits. */
  public static final int BATCH_WEIGHT = 1_000;

  /** A batch of so many rows says that there is load. */
  private static final int LOAD_WEIGHT = 32;

  /** Under load, a batch of fewer rows waits once for more. */
  private static final int GATHER_WEIGHT = 512;

  /**
   * So long. A commit writes every page that it touched, and syncs: a few large ones cost a
   * fraction of many small ones.
   */
  private static final Duration GATHER_FOR = Duration.ofMillis(2);

  private static final int COMMITS_AHEAD = 8;
  private static final Duration READ_BACK_EVERY = Duration.ofMillis(200);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);
  private static final Logger log = LoggerFactory.getLogger(Ledger.class);

  private final LedgerStore store;
  private final InstantSource clock;
  private final List<CommitListener> listeners;
  private final ProgressCache progress = new ProgressCache();
  private final BlockingQueue<Queued<?>> queue = new LinkedBlockingQueue<>(QUEUE);
  private final BlockingQueue<Runnable> deliveries = new ArrayBlockingQueue<>(COMMITS_AHEAD);
  private final boolean simulated;
  private final Thread writer = new Thread(this::write, "muster-ledger");
  private final Thread deliverer = new Thread(this::deliver, "muster-ledger-delivery");
  private volatile boolean closed; // written by close()
  private volatile boolean written; // written by the writer when it has stopped
  private long batch; // the writer's
  private boolean underLoad; // the writer's

  /** Makes a ledger over a store. */
  public Ledger(LedgerStore store, InstantSource clock, List<CommitListener> listeners) {
    this(store, clock, listeners, false);
  }

  private Ledger(
      LedgerStore store, InstantSource clock, List<CommitListener> listeners, boolean simulated) {
    this.store = store;
    this.clock = clock;
    this.listeners = List.copyOf(listeners);
    this.simulated = simulated;
    this.batch = store.lastBatch();
  }

  /**
   * Makes a ledger without threads, for simulations: the one thread that uses it writes and tells
   * in {@link #proceed}, so that the same course always comes out the same.
   */
  public static Ledger simulated(
      LedgerStore store, InstantSource clock, List<CommitListener> listeners) {
    return new Ledger(store, clock, listeners, true);
  }

  /** Starts the threads. */
  public void start() {
    writer.start();
    deliverer.start();
  }

  /**
   * Queues a decision. The future completes on the delivery thread once it is durable;
   * exceptionally with a {@link BusException} where it was refused, with a {@link StoreException}
   * where the store failed: nothing of it was written then.
   */
  public <R> CompletableFuture<R> submit(LedgerEntry<R> entry) {
    return enqueue(new QueuedEntry<>(entry));
  }

  /** Returns how many entries wait. */
  public int queued() {
    return queue.size();
  }

  /**
   * Queues a decided change of one invocation. The future says whether its row was as the decision
   * saw it; if not, nothing was written and the caller reads again and decides again.
   */
  public CompletableFuture<Boolean> change(InvocationChange change) {
    return enqueue(new QueuedChange(change));
  }

  /**
   * Queues a decision and waits until it is durable. Not for transport threads.
   *
   * @throws BusException where it was refused, or with STORE_UNAVAILABLE where the store failed
   */
  public <R> R call(LedgerEntry<R> entry) {
    CompletableFuture<R> answer = submit(entry);
    if (simulated) {
      proceed();
    }
    return await(answer);
  }

  /** Commits and tells of all that is queued, and of what follows from it. Of a simulated one. */
  public void proceed() {
    if (!simulated) {
      throw new IllegalStateException("the ledger has threads of its own");
    }
    List<Queued<?>> gathered = new ArrayList<>();
    while (!queue.isEmpty()) {
      gathered.clear();
      gather(gathered);
      commit(List.copyOf(gathered));
    }
  }

  /** Waits for a future of this ledger, as {@link #call} does. */
  public static <R> R await(CompletableFuture<R> future) {
    try {
      return future.get(CALL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable(e);
    } catch (TimeoutException e) {
      throw unavailable(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BusException refusal) {
        throw refusal;
      }
      if (e.getCause() instanceof StoreException failure) {
        throw unavailable(failure);
      }
      throw new IllegalStateException("a ledger entry failed", e.getCause());
    }
  }

  private static BusException unavailable(Throwable cause) {
    return BusException.of(ErrorReason.STORE_UNAVAILABLE)
        .message("The store cannot be written now; try again.")
        .retryAfter(Duration.ofSeconds(1))
        .cause(cause)
        .build();
  }

  private <R> CompletableFuture<R> enqueue(Queued<R> queued) {
    if (closed) {
      queued.refuse();
    } else if (!queue.offer(queued)) {
      queued.fail(
          new StoreException("the ledger's queue is full", new IllegalStateException(), false));
    } else if (written && queue.remove(queued)) {
      queued.refuse(); // It came when the writer had looked for the last time.
    }
    return queued.future();
  }

  private void write() {
    List<Queued<?>> gathered = new ArrayList<>();
    while (true) {
      gathered.clear();
      gather(gathered);
      if (gathered.isEmpty()) {
        if (closed) {
          written = true;
          refuseLate();
          return;
        }
        continue;
      }
      commit(List.copyOf(gathered));
    }
  }

  /** Whoever adds after this sees that the writer has stopped. */
  private void refuseLate() {
    List<Queued<?>> late = new ArrayList<>();
    queue.drainTo(late);
    late.forEach(Queued::refuse);
  }

  private void gather(List<Queued<?>> into) {
    try {
      @Nullable Queued<?> next = queue.poll(100, TimeUnit.MILLISECONDS);
      int weight = 0;
      while (next != null) {
        into.add(next);
        weight += next.weight();
        next = weight < BATCH_WEIGHT ? queue.poll() : null;
        if (next == null && underLoad && weight < GATHER_WEIGHT && !closed) {
          underLoad = false; // Waits once.
          LockSupport.parkNanos(this, GATHER_FOR.toNanos());
          next = queue.poll();
        }
      }
      underLoad = weight >= LOAD_WEIGHT;
    } catch (InterruptedException e) {
      // Only close() ends this thread.
      log.warn("the ledger's thread was interrupted and goes on");
    }
  }

  private void commit(List<Queued<?>> entries) {
    Batch run = new Batch(entries, clock, progress);
    try {
      store.write(++batch, run::write);
    } catch (StoreException e) {
      if (!e.isInDoubt() || !wasCommitted(batch)) {
        failed(entries, e);
        return;
      }
      log.warn("commit {} reported a failure and is durable all the same", batch, e);
    } catch (RuntimeException
        | Error e) { // An Error, too, is its entry's alone: without this thread nothing is written.
      progress.clear();
      retryAlone(entries, e);
      return;
    }
    Commit commit = run.committed();
    hand(() -> run.deliver(commit, listeners));
  }

  /**
   * An entry that breaks the whole batch must not take the others along: each gets a batch of its
   * own.
   */
  private void retryAlone(List<Queued<?>> entries, Throwable cause) {
    if (entries.size() == 1) {
      log.error("a ledger entry failed", cause);
      hand(() -> entries.get(0).fail(cause));
      return;
    }
    for (Queued<?> entry : entries) {
      commit(List.of(entry));
    }
  }

  private void failed(List<Queued<?>> entries, StoreException cause) {
    progress.clear();
    log.error("the store failed; {} entries were not written", entries.size(), cause);
    hand(() -> entries.forEach(entry -> entry.fail(cause)));
  }

  /** Reads an in-doubt commit back, for as long as it takes: until then nobody may act on it. */
  private boolean wasCommitted(long batch) {
    while (true) {
      try {
        return store.lastBatch() >= batch;
      } catch (StoreException e) {
        log.error("commit {} is in doubt and the store cannot be read; trying again", batch, e);
        if (closed) {
          return false;
        }
        LockSupport.parkNanos(READ_BACK_EVERY.toNanos());
      }
    }
  }

  private void hand(Runnable delivery) {
    if (simulated) {
      delivery.run();
      return;
    }
    boolean interrupted = false;
    while (true) {
      try {
        deliveries.put(delivery);
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void deliver() {
    while (true) {
      try {
        @Nullable Runnable delivery = deliveries.poll(100, TimeUnit.MILLISECONDS);
        if (delivery != null) {
          delivery.run();
        } else if (written && deliveries.isEmpty()) {
          return;
        }
      } catch (InterruptedException e) {
        log.warn("the ledger's delivery thread was interrupted and goes on");
      } catch (RuntimeException | Error e) {
        log.error("the delivery of a commit failed", e);
      }
    }
  }

  /** Refuses further entries, commits those that are queued, tells of them, and stops. */
  @Override
  public void close() {
    closed = true;
    if (simulated) {
      proceed();
      return;
    }
    try {
      writer.join();
      deliverer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
