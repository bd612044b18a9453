// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.protobuf.MessageOrBuilder;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * The operator's side: where results go (out), where the rest goes (err), and what can be asked.
 * All that is printed is made harmless here, so that no node can drive the terminal. Thread-safe as
 * far as its streams are.
 */
public final class Terminal {
  /** Width of what is not a terminal: nothing is cut there. */
  public static final int UNLIMITED = Integer.MAX_VALUE;

  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;
  private final Ttys ttys;
  private final boolean colours;
  private final IntSupplier width;

  /**
   * Which of the streams are a terminal.
   *
   * @param in whether somebody types
   * @param out whether somebody reads the results
   * @param err whether somebody reads the rest
   */
  public record Ttys(boolean in, boolean out, boolean err) {
    /** None of them. */
    public static final Ttys NONE = new Ttys(false, false, false);
  }

  /**
   * Makes a terminal of any streams.
   *
   * @param width how many columns it has; only asked where out is a tty
   */
  public Terminal(
      InputStream in,
      PrintStream out,
      PrintStream err,
      Ttys ttys,
      boolean colours,
      IntSupplier width) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.ttys = ttys;
    this.colours = colours;
    this.width = width;
  }

  /** Returns the terminal of this process. */
  public static Terminal ofProcess(Map<String, String> environment) {
    Ttys ttys = new Ttys(isTty(0), isTty(1), isTty(2));
    boolean colours =
        ttys.out()
            && environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !environment.getOrDefault("TERM", "dumb").equals("dumb");
    return new Terminal(
        System.in,
        utf8(FileDescriptor.out),
        utf8(FileDescriptor.err),
        ttys,
        colours,
        new SttyWidth());
  }

  /** Returns the same for nobody who could be asked. */
  public Terminal withoutInput() {
    return new Terminal(
        InputStream.nullInputStream(),
        out,
        err,
        new Ttys(false, ttys.out(), ttys.err()),
        colours,
        width);
  }

  /** What was typed or piped in. */
  public InputStream in() {
    return in;
  }

  /** Prints one line of results. */
  public void line(String text) {
    line(text, Style.PLAIN);
  }

  /** Prints one line of results in a style. */
  public void line(String text, Style style) {
    raw(style.apply(SafeText.block(text), colours));
  }

  /**
   * Prints bytes of a run as they are, where a program or a file takes them; for eyes, their text
   * made harmless.
   */
  public void bytes(byte[] bytes, String text) {
    if (ttys.out()) {
      out.print(SafeText.block(text));
    } else {
      out.write(bytes, 0, bytes.length);
    }
    out.flush();
  }

  /** Prints a message as a JSON document. */
  public void document(MessageOrBuilder message) {
    raw(MessageJson.document(message));
  }

  /** Prints a message as one line of JSON. */
  public void jsonLine(MessageOrBuilder message) {
    raw(MessageJson.line(message));
  }

  /** Tells something that is not a result. */
  public void note(String text) {
    err.println(SafeText.block(text));
  }

  /** Tells something that is not a result, as a JSON document. */
  public void noteDocument(MessageOrBuilder message) {
    err.println(MessageJson.document(message));
  }

  /** Returns out for texts of our own, such as help. */
  public PrintWriter writer() {
    return new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), true);
  }

  /** Returns err for texts of our own. */
  public PrintWriter errorWriter() {
    return new PrintWriter(new OutputStreamWriter(err, StandardCharsets.UTF_8), true);
  }

  /** Whether nobody reads the results any more, as behind {@code | head}. */
  public boolean isOutClosed() {
    return out.checkError();
  }

  /** Prints a line of results that is known to be harmless. */
  void raw(String line) {
    out.println(line);
  }

  /** Draws over the last line of out; only where {@link #canRedraw}. */
  void redraw(String line) {
    out.print("\r\u001b[2K" + line);
    out.flush();
  }

  /** Whether somebody can be asked: types, and sees the question. */
  public boolean isInteractive() {
    return ttys.in() && ttys.err();
  }

  /** Whether lines of out can be drawn over. */
  public boolean canRedraw() {
    return ttys.out();
  }

  /** Whether results are shown in colours. */
  public boolean colours() {
    return colours;
  }

  /** Returns the columns of out; {@link #UNLIMITED} where it is no terminal. */
  public int width() {
    return ttys.out() ? width.getAsInt() : UNLIMITED;
  }

  /** Asks a question and returns the line that was typed; empty at the end of the input. */
  public String ask(String question) {
    err.print(SafeText.block(question) + " ");
    err.flush();
    try {
      String line =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
      return line == null ? "" : line.strip();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read from the terminal", e);
    }
  }

  /** Java 17 tells only whether both stdin and stdout are; Linux tells each. */
  private static boolean isTty(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException e) {
      return false;
    }
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
