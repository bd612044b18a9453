// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.output;

import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.server.ledger.LedgerTransaction;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the output store within its age and its size: what is too old goes, and the oldest where
 * all together is too much, few in one commit. The record goes before its file. Thread-safe.
 */
public final class OutputRetention {
  /** Most outputs that one commit forgets. */
  static final int ROWS = 100;

  private static final Logger log = LoggerFactory.getLogger(OutputRetention.class);

  private final Ledger ledger;
  private final OutputFiles files;
  private final Executor disk;
  private final Duration kept;
  private final long limit;
  private final AtomicLong bytes = new AtomicLong();
  private final LongAdder pruned = new LongAdder();
  private final AtomicBoolean pruning = new AtomicBoolean();

  /**
   * Makes the retention of one store.
   *
   * @param disk where files are deleted
   * @param kept how long output is kept
   * @param limit how many bytes all output together may have
   */
  public OutputRetention(
      Ledger ledger, OutputFiles files, Executor disk, Duration kept, long limit) {
    this.ledger = ledger;
    this.files = files;
    this.disk = disk;
    this.kept = kept;
    this.limit = limit;
  }

  /**
   * Takes stock: counts what is recorded, and takes away files without a record, which a death
   * between the two has left. Called before anything is uploaded; blocks on disk and store. A
   * folder that cannot be read keeps nobody from starting.
   */
  public void takeStock(LedgerStore store) {
    Set<UUID> known = new HashSet<>();
    bytes.set(
        store.read(
            tx -> {
              tx.outputs().forEachFile(known::add);
              return tx.outputs().totalBytes();
            }));
    try {
      int deleted = files.deleteAllBut(known);
      if (deleted > 0) {
        log.info("{} output files without a record were deleted", deleted);
      }
    } catch (IOException e) {
      log.warn("the output store cannot be looked through: {}", e.toString());
    }
  }

  /** Prunes from time to time, until the timer is shut down. */
  public void start(ScheduledExecutorService timer) {
    var unused = timer.scheduleWithFixedDelay(this::prune, 1, 1, TimeUnit.MINUTES);
  }

  /** Returns how many bytes all output together may have. */
  public long limit() {
    return limit;
  }

  /** Returns how many bytes are stored. */
  public long bytes() {
    return bytes.get();
  }

  /** Returns how many outputs were pruned since the start. */
  public long pruned() {
    return pruned.sum();
  }

  /** Output was recorded. */
  void added(StoredOutput output) {
    if (bytes.addAndGet(output.size()) > limit) {
      prune();
    }
  }

  /** Output is recorded no more: its file goes. */
  void removed(StoredOutput output) {
    bytes.addAndGet(-output.size());
    disk.execute(
        () -> {
          try {
            files.delete(output.file());
          } catch (IOException e) {
            log.warn("output file {} cannot be deleted: {}", output.file(), e.getMessage());
          }
        });
  }

  /** Forgets what is too old or too much; returns at once. */
  public void prune() {
    if (!pruning.compareAndSet(false, true)) {
      return;
    }
    var unused =
        ledger
            .submit(this::pruneSome)
            .whenComplete(
                (count, failure) -> {
                  pruning.set(false);
                  if (failure != null) {
                    log.warn("output cannot be pruned now: {}", failure.toString());
                  } else if (count == ROWS) {
                    prune();
                  }
                });
  }

  private int pruneSome(LedgerTransaction tx) {
    List<StoredOutput> gone = superfluous(tx.store().outputs().oldest(ROWS), tx.now());
    for (StoredOutput output : gone) {
      tx.store().outputs().delete(output);
    }
    tx.afterCommit(
        () -> {
          pruned.add(gone.size());
          gone.forEach(this::removed);
        });
    return gone.size();
  }

  private List<StoredOutput> superfluous(List<StoredOutput> oldest, Instant now) {
    List<StoredOutput> gone = new ArrayList<>();
    long left = bytes.get();
    for (StoredOutput output : oldest) {
      boolean tooOld = output.createTime().isBefore(now.minus(kept));
      if (!tooOld && left <= limit) {
        break;
      }
      left -= output.size();
      gone.add(output);
    }
    return gone;
  }
}
