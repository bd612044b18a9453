// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.follow;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.ledger.StoreException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One who is brought something as it comes. Runs on an executor, one step at a time, whenever its
 * listener can take more and there is more; a wake-up during a step leads to another. A step that
 * fails ends it. Public methods may be called by any thread.
 */
public abstract class Following {
  private static final Logger log = LoggerFactory.getLogger(Following.class);

  private final Executor executor;
  private final String subject;
  private final String again;
  private final AtomicInteger wakeUps = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Makes one that does nothing before {@link #ready}.
   *
   * @param executor where its steps run; has at most one task of it
   * @param subject what it follows, for the log
   * @param again what to do where the store cannot be read, as half a sentence
   */
  protected Following(Executor executor, String subject, String again) {
    this.executor = executor;
    this.subject = subject;
    this.again = again;
  }

  /** Brings what there is, as far as the listener can take it. By one thread at a time. */
  protected abstract void proceed();

  /** It was closed: nothing is brought any more. Called once, by the thread that closed it. */
  protected abstract void onClosed();

  /**
   * Tells the listener that it ended by itself. Called once at most, where nobody closed it.
   *
   * @param refusal why; empty: there is nothing more
   */
  protected abstract void onEnd(Optional<BusException> refusal);

  /** Goes on: the listener can take more, or there is more. Returns at once. */
  public final void ready() {
    if (!closed.get() && wakeUps.getAndIncrement() == 0) {
      executor.execute(this::run);
    }
  }

  /** Stops. The listener hears nothing more. */
  public final void close() {
    if (closed.compareAndSet(false, true)) {
      onClosed();
    }
  }

  /** Returns whether it was closed, or has ended. */
  protected final boolean isClosed() {
    return closed.get();
  }

  /** Ends it, and tells the listener. */
  protected final void end(Optional<BusException> refusal) {
    if (!isClosed()) {
      close();
      onEnd(refusal);
    }
  }

  private void run() {
    int seen;
    do {
      seen = wakeUps.get();
      try {
        proceed();
      } catch (BusException e) {
        end(Optional.of(e));
      } catch (StoreException e) {
        end(
            Optional.of(
                BusException.of(ErrorReason.STORE_UNAVAILABLE)
                    .message("The store cannot be read now; " + again + ".")
                    .retryAfter(Duration.ofSeconds(1))
                    .cause(e)
                    .build()));
      } catch (RuntimeException e) {
        log.error("failed: {}", subject, e);
        end(
            Optional.of(
                BusException.of(ErrorReason.INCIDENT)
                    .message("Something unforeseen happened.")
                    .cause(e)
                    .build()));
      }
    } while (!wakeUps.compareAndSet(seen, 0));
  }
}
