// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Width of the controlling terminal as {@code stty size} tells it, asked once. Thread-safe. */
final class SttyWidth implements IntSupplier {
  private static final Pattern SIZE = Pattern.compile("\\d+ ([1-9]\\d{0,4})");
  private static final int OTHERWISE = 80;
  private static final int NARROWEST = 20;

  private int width;

  @Override
  public synchronized int getAsInt() {
    if (width == 0) {
      width = Math.max(ask(), NARROWEST);
    }
    return width;
  }

  private static int ask() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      boolean ended = stty.waitFor(1, TimeUnit.SECONDS);
      Matcher rowsAndColumns = SIZE.matcher(answer.strip());
      return ended && stty.exitValue() == 0 && rowsAndColumns.matches()
          ? Integer.parseInt(rowsAndColumns.group(1))
          : OTHERWISE;
    } catch (IOException | NumberFormatException e) {
      return OTHERWISE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return OTHERWISE;
    }
  }
}
