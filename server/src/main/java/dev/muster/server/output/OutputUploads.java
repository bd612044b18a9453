// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.output;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.server.ledger.StoreException;
import dev.muster.server.ledger.StoreTransaction;
import dev.muster.server.node.NodeId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes uploads of nodes: a file is written under a name of its own, synced and renamed, and only
 * then recorded, so that a record always has its file. At most {@link #MOST_AT_ONCE} at once.
 * Thread-safe; blocks on disk and store, so never to be called on an event loop.
 */
public final class OutputUploads {
  /** Uploads that may go on at the same time. */
  public static final int MOST_AT_ONCE = 32;

  private static final Logger log = LoggerFactory.getLogger(OutputUploads.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final Ledger ledger;
  private final LedgerStore store;
  private final OutputFiles files;
  private final OutputRetention retention;
  private final Executor disk;
  private final Supplier<UUID> ids;
  private final Semaphore free = new Semaphore(MOST_AT_ONCE);
  private final LongAdder stored = new LongAdder();

  /** Makes the use case; files that are of no use any more are deleted on the executor. */
  public OutputUploads(
      Ledger ledger,
      LedgerStore store,
      OutputFiles files,
      OutputRetention retention,
      Executor disk,
      Supplier<UUID> ids) {
    this.ledger = ledger;
    this.store = store;
    this.files = files;
    this.retention = retention;
    this.disk = disk;
    this.ids = ids;
  }

  /**
   * Begins an upload; empty: these very bytes are stored.
   *
   * @throws BusException INVOCATION_NOT_FOUND, NSK_NODE_MISMATCH, INVALID_STATE_TRANSITION where no
   *     result is awaited, CAPACITY_EXCEEDED, RATE_LIMITED, STORE_UNAVAILABLE
   */
  public Optional<Upload> begin(NodeId node, AnnouncedOutput announced) {
    if (!free.tryAcquire()) { // Before it costs anything: a whole fleet may ask at once.
      throw BusException.of(ErrorReason.RATE_LIMITED)
          .message("The server takes " + MOST_AT_ONCE + " uploads at once; try again.")
          .with("limit", MOST_AT_ONCE)
          .retryAfter(RETRY_AFTER)
          .build();
    }
    Optional<Upload> begun = Optional.empty();
    try {
      begun = tryBegin(node, announced);
      return begun;
    } finally {
      if (begun.isEmpty()) {
        free.release();
      }
    }
  }

  private Optional<Upload> tryBegin(NodeId node, AnnouncedOutput announced) {
    Optional<StoredOutput> known = store.read(tx -> check(tx, node, announced));
    if (known.filter(output -> isSame(output, announced)).isPresent()) {
      return Optional.empty();
    }
    if (announced.size() > retention.limit()) {
      throw BusException.of(ErrorReason.CAPACITY_EXCEEDED)
          .message("The output is larger than the whole output store may be.")
          .with("size_bytes", announced.size())
          .with("limit", retention.limit())
          .build();
    }
    UUID file = ids.get();
    try {
      return Optional.of(new Upload(this, announced, file, files.create(file)));
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /** Returns how many uploads go on. */
  public int open() {
    return MOST_AT_ONCE - free.availablePermits();
  }

  /** Returns how many uploads were stored since the start. */
  public long stored() {
    return stored.sum();
  }

  OutputFiles files() {
    return files;
  }

  /** Records a file that is there, whole and under its name. */
  CompletableFuture<StoredOutput> record(AnnouncedOutput announced, UUID file) {
    return ledger
        .submit(
            tx -> {
              Invocation invocation = find(tx.store(), announced.invocation());
              requireAwaited(invocation);
              Optional<StoredOutput> before =
                  tx.store().outputs().find(announced.invocation(), announced.stream());
              StoredOutput output =
                  new StoredOutput(
                      announced.invocation(),
                      announced.stream(),
                      file,
                      announced.size(),
                      announced.sha256(),
                      tx.now());
              tx.store().outputs().put(output);
              tx.afterCommit(
                  () -> {
                    stored.increment();
                    retention.added(output);
                    before.ifPresent(retention::removed);
                  });
              return output;
            })
        .whenComplete(
            (output, failure) -> {
              if (failure != null && !mayBeRecorded(failure)) {
                discard(file);
              }
            });
  }

  /** A commit in doubt may count later: then its file must be there. If not, a start removes it. */
  private static boolean mayBeRecorded(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof StoreException store && store.isInDoubt();
  }

  void ended(FileChannel channel) {
    free.release();
    try {
      channel.close();
    } catch (IOException e) {
      log.warn("an uploaded file cannot be closed: {}", e.getMessage());
    }
  }

  void discard(UUID file) {
    disk.execute(
        () -> {
          try {
            files.delete(file);
          } catch (IOException e) {
            log.warn("output file {} cannot be deleted: {}", file, e.getMessage());
          }
        });
  }

  private static Optional<StoredOutput> check(
      StoreTransaction tx, NodeId node, AnnouncedOutput announced) {
    Invocation invocation = find(tx, announced.invocation());
    if (!invocation.nodeId().equals(node)) {
      throw BusException.of(ErrorReason.NSK_NODE_MISMATCH)
          .message("Invocation " + invocation.id() + " is not of the node whose key was shown.")
          .with("invocation_id", invocation.id())
          .with("node_id", node)
          .build();
    }
    requireAwaited(invocation);
    return tx.outputs().find(announced.invocation(), announced.stream());
  }

  private static Invocation find(StoreTransaction tx, InvocationId id) {
    return tx.invocations()
        .find(id)
        .orElseThrow(
            () ->
                BusException.of(ErrorReason.INVOCATION_NOT_FOUND)
                    .message("There is no invocation " + id + ".")
                    .with("invocation_id", id)
                    .build());
  }

  private static void requireAwaited(Invocation invocation) {
    InvocationState state = invocation.state();
    if (!state.isOutstanding() && state != InvocationState.LOST) {
      throw BusException.of(ErrorReason.INVALID_STATE_TRANSITION)
          .message("Invocation " + invocation.id() + " is " + state + "; no output is awaited.")
          .with("outcome", "REFUSED")
          .with("invocation_id", invocation.id())
          .with("state", state)
          .build();
    }
  }

  private static boolean isSame(StoredOutput output, AnnouncedOutput announced) {
    return output.size() == announced.size() && output.sha256().equals(announced.sha256());
  }

  static BusException unavailable(IOException e) {
    log.warn("the output store fails: {}", e.toString());
    return BusException.of(ErrorReason.STORE_UNAVAILABLE)
        .message("The output store cannot be written now; try again.")
        .retryAfter(RETRY_AFTER)
        .cause(e)
        .build();
  }
}
