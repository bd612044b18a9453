// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.hook;

import dev.muster.wire.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Carries what a process writes to where it is captured, both streams on the thread that waits for
 * the process. It only ever reads what is there, so that something that outlives the process and
 * keeps its streams open cannot hold the thread. Looks more often while there is something to read.
 * Confined to one thread.
 */
final class OutputPump implements AutoCloseable {
  private static final long LONGEST_PAUSE_MILLIS = 20;
  private static final int BUFFER_BYTES = 64 << 10;
  // A flood must not keep the thread from seeing that the process has ended or the run must stop.
  private static final int READS_IN_A_ROW = 16;

  private final Process process;
  private final InputStream fromStdout;
  private final InputStream fromStderr;
  private final OutputStream stdout;
  private final OutputStream stderr;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final ByteArrayOutputStream start = new ByteArrayOutputStream();
  private long stdoutBytes;

  OutputPump(Process process, OutputStream stdout, OutputStream stderr) {
    this.process = process;
    this.fromStdout = process.getInputStream();
    this.fromStderr = process.getErrorStream();
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /** Pumps until the process has ended and what it wrote has been read. */
  void pumpUntilExit() throws InterruptedException {
    long pause = 1;
    while (!process.waitFor(pause, TimeUnit.MILLISECONDS)) {
      pause = pumpWhatThereIs() ? 1 : Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    }
    pumpWhatThereIs();
  }

  /** Pumps what can be read now; whether there was anything. */
  boolean pumpWhatThereIs() {
    boolean any = false;
    for (int i = 0; i < READS_IN_A_ROW; i++) {
      boolean out = pumpStdout();
      boolean err = pump(fromStderr, stderr) > 0;
      if (!out && !err) {
        break;
      }
      any = true;
    }
    return any;
  }

  /** Returns all that was written to standard output, if that is no more than a result may be. */
  Optional<byte[]> wholeStdout() {
    return stdoutBytes <= Limits.RESULT_JSON_BYTES
        ? Optional.of(start.toByteArray())
        : Optional.empty();
  }

  @Override
  public void close() {
    close(fromStdout);
    close(fromStderr);
  }

  private boolean pumpStdout() {
    int length = pump(fromStdout, stdout);
    if (length > 0) {
      stdoutBytes += length;
      int room = Limits.RESULT_JSON_BYTES - start.size();
      start.write(buffer, 0, Math.min(room, length));
    }
    return length > 0;
  }

  private int pump(InputStream from, OutputStream to) {
    try {
      int available = from.available();
      int length = available > 0 ? from.read(buffer, 0, Math.min(available, BUFFER_BYTES)) : 0;
      if (length > 0) {
        to.write(buffer, 0, length);
      }
      return length;
    } catch (IOException e) {
      return 0; // Closed, since the process has ended.
    }
  }

  private static void close(InputStream stream) {
    try {
      stream.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
