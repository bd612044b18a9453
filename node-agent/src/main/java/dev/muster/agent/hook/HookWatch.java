// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.hook;

import com.google.protobuf.ByteString;
import dev.muster.agent.catalog.CatalogEntry;
import dev.muster.wire.CatalogDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a directory of hooks from time to time, on a thread of its own, and tells when what is
 * declared has changed. Thread-safe.
 */
public final class HookWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HookWatch.class);

  private final Optional<HookDirectory> directory;
  private final Duration interval;
  private @Nullable ScheduledThreadPoolExecutor timer;
  private @Nullable Future<?> looking;
  // Written by the watch's thread.
  private volatile List<CatalogEntry> current;

  private HookWatch(Optional<HookDirectory> directory, Duration interval) {
    this.directory = directory;
    this.interval = interval;
    this.current = directory.map(HookDirectory::scan).orElse(List.of());
  }

  /** Watches a directory; it is looked at once, here. */
  public static HookWatch of(HookDirectory directory, Duration interval) {
    return new HookWatch(Optional.of(directory), interval);
  }

  /** Watches nothing. */
  public static HookWatch none() {
    return new HookWatch(Optional.empty(), Duration.ofDays(1));
  }

  /** Returns the hooks as they were last seen. */
  public List<CatalogEntry> current() {
    return current;
  }

  /** Begins to look; the callback is called on the watch's thread. */
  public synchronized void start(Runnable onChange) {
    if (directory.isEmpty()) {
      return;
    }
    ScheduledThreadPoolExecutor made =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "muster-hooks");
              thread.setDaemon(true);
              return thread;
            });
    timer = made;
    looking =
        made.scheduleWithFixedDelay(
            () -> look(directory.get(), onChange),
            interval.toNanos(),
            interval.toNanos(),
            TimeUnit.NANOSECONDS);
  }

  @Override
  public synchronized void close() {
    if (looking != null) {
      looking.cancel(false);
    }
    if (timer != null) {
      timer.shutdown();
    }
  }

  private void look(HookDirectory hooks, Runnable onChange) {
    try {
      List<CatalogEntry> now = hooks.scan();
      if (!digest(now).equals(digest(current))) {
        current = now;
        onChange.run();
      }
    } catch (RuntimeException e) {
      log.error("The hooks cannot be looked at; tried again.", e);
    }
  }

  private static ByteString digest(List<CatalogEntry> entries) {
    return ByteString.copyFrom(
        CatalogDigest.of(entries.stream().map(CatalogEntry::declaration).toList()));
  }
}
