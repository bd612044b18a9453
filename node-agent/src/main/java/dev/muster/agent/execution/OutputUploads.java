// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.execution.LargeOutput.Part;
import dev.muster.agent.execution.LargeOutput.Stand;
import dev.muster.agent.execution.UploadLine.End;
import dev.muster.agent.loop.Loop;
import dev.muster.agent.output.OutputFolder;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what does not fit into a report before the report. Few go on at once, in the order in which
 * the runs ended. After {@link #MOST_FAILURES} uploads that broke off, or {@link #PATIENCE} in one
 * session, head and tail have to do: no result waits for its output for ever, nor longer than the
 * server waits for the result. Confined to the loop.
 */
final class OutputUploads {
  /** How long a report waits in a session; below what the server adds to a run timeout. */
  static final Duration PATIENCE = Duration.ofSeconds(45);

  static final int MOST_FAILURES = 5;
  static final int AT_ONCE = 2;
  static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  static final Duration BUSY_PAUSE = Duration.ofSeconds(1);

  /** By which the pauses of different runs differ at most, so that a fleet does not ask in step. */
  static final int BUSY_SPREAD_MILLIS = 2_048;

  private static final Logger log = LoggerFactory.getLogger(OutputUploads.class);

  private final Loop loop;
  private final OutputFolder folder;
  private final Reports reports;
  private final Set<Invocation> waiting = new LinkedHashSet<>();
  private int going;
  private boolean storeless; // the server of this session takes no uploads
  private @Nullable UploadLine line;

  OutputUploads(Loop loop, OutputFolder folder, Reports reports) {
    this.loop = loop;
    this.folder = folder;
    this.reports = reports;
  }

  /** A session stands; empty: its server takes no uploads. */
  void sessionStands(Optional<UploadLine> line) {
    this.line = line.orElse(null);
    storeless = line.isEmpty();
    for (Invocation invocation : List.copyOf(waiting)) {
      if (line.isPresent()) {
        beImpatientWith(invocation);
      } else {
        giveUp(invocation, "the server has no output store");
      }
    }
    proceed();
  }

  /** The session is over; what was being sent breaks off by itself. */
  void sessionOver() {
    line = null;
    storeless = false;
  }

  /** Keeps the final report of a settled invocation back while its output is sent. */
  void settled(Invocation invocation) {
    Optional<LargeOutput> large = LargeOutput.find(invocation, folder);
    if (large.isEmpty()) {
      return;
    }
    invocation.largeOutput = large.get();
    if (storeless) {
      large.get().giveUp();
    } else if (!invocation.forgotten) {
      waiting.add(invocation);
      beImpatientWith(invocation);
      proceed();
    }
  }

  /** The server refused a report because it does not have the output that it tells of. */
  void missing(Invocation invocation) {
    LargeOutput large = invocation.largeOutput;
    if (large == null) {
      return;
    }
    large.sendAgain();
    if (++large.failures >= MOST_FAILURES) {
      large.giveUp();
    } else {
      waiting.add(invocation);
      beImpatientWith(invocation);
    }
    proceed();
  }

  /** Nothing of it is needed any more. */
  void forgotten(Invocation invocation) {
    waiting.remove(invocation);
    LargeOutput large = invocation.largeOutput;
    if (large != null && large.upload != null) {
      large.upload.run();
    }
    if (large != null) {
      folder.delete(invocation.id);
    }
  }

  /** Returns whether something is being sent, or waits to be. */
  boolean isBusy() {
    return line != null && !waiting.isEmpty();
  }

  private void beImpatientWith(Invocation invocation) {
    UploadLine now = line;
    if (now != null) {
      loop.after(
          PATIENCE,
          () -> {
            if (line == now) {
              giveUp(invocation, "it took longer than " + PATIENCE.toSeconds() + " s");
            }
          });
    }
  }

  private void giveUp(Invocation invocation, String why) {
    LargeOutput large = invocation.largeOutput;
    if (large == null || !waiting.remove(invocation)) {
      return;
    }
    log.atWarn()
        .addKeyValue("invocation", invocation.id)
        .log("Output is reported by its head and tail: {}.", why);
    large.giveUp();
    if (large.upload != null) {
      large.upload.run();
    }
    reports.now(invocation.id);
  }

  private void proceed() {
    UploadLine now = line;
    if (now == null) {
      return;
    }
    for (Invocation invocation : List.copyOf(waiting)) {
      LargeOutput large = invocation.largeOutput;
      if (going < AT_ONCE && large != null && large.upload == null && !large.pauses) {
        large.next().ifPresent(part -> send(now, invocation, large, part));
      }
    }
  }

  private void send(UploadLine now, Invocation invocation, LargeOutput large, Part part) {
    going++;
    large.upload =
        now.send(invocation.id, part.stderr, part.kept, end -> ended(invocation, large, part, end));
  }

  private void ended(Invocation invocation, LargeOutput large, Part part, End end) {
    going--;
    large.upload = null;
    if (waiting.contains(invocation)) {
      switch (end) {
        case STORED -> part.stand = Stand.STORED;
        case REFUSED -> part.stand = Stand.GIVEN_UP;
        case BUSY -> pause(large, BUSY_PAUSE.plusMillis(spread(invocation)));
        case BROKEN -> broken(invocation, large);
      }
      if (large.isDecided() && waiting.remove(invocation)) {
        reports.now(invocation.id);
      }
    }
    proceed();
  }

  private void broken(Invocation invocation, LargeOutput large) {
    large.failures++;
    if (large.failures >= MOST_FAILURES) {
      giveUp(invocation, "its upload broke off " + large.failures + " times");
    } else {
      pause(large, FIRST_PAUSE.multipliedBy(1L << (large.failures - 1)));
    }
  }

  private static int spread(Invocation invocation) {
    return Math.floorMod(invocation.id.hashCode(), BUSY_SPREAD_MILLIS);
  }

  private void pause(LargeOutput large, Duration time) {
    large.pauses = true;
    loop.after(
        time,
        () -> {
          large.pauses = false;
          proceed();
        });
  }
}
