// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.connection.Sleeper;
import dev.muster.cli.fake.FakeServer;
import dev.muster.cli.output.Terminal;
import dev.muster.cli.watch.FakeShutdownHooks;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The command line as a test uses it: no waiting, streams in memory. */
final class Cli {
  final List<Duration> pauses = new ArrayList<>();
  final FakeShutdownHooks hooks = new FakeShutdownHooks();
  private final Map<String, String> environment = new HashMap<>();
  private Terminal.Ttys ttys = Terminal.Ttys.NONE;
  private String typed = "";
  private ByteArrayOutputStream written = new ByteArrayOutputStream();
  private Sleeper sleeper = pauses::add;

  /** What a run came to. */
  record Outcome(int exitCode, String out, String err) {}

  /** Returns one that is set up for a server. */
  static Cli of(FakeServer server) {
    Cli cli = new Cli();
    cli.environment.put("HOME", "/nowhere");
    cli.environment.put("MUSTER_SERVER", server.address());
    cli.environment.put("MUSTER_TOKEN", FakeServer.TOKEN.format());
    return cli;
  }

  /** Somebody sits at a terminal and types this. */
  Cli typing(String text) {
    typed = text;
    ttys = new Terminal.Ttys(true, true, true);
    return this;
  }

  /** This is piped in. */
  Cli piping(String text) {
    typed = text;
    return this;
  }

  Cli with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  Cli sleeping(Sleeper instead) {
    sleeper = instead;
    return this;
  }

  /** Returns what the last run wrote to standard output, byte for byte. */
  byte[] outBytes() {
    return written.toByteArray();
  }

  /** Runs it without TLS. */
  Outcome run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--plaintext");
    return runExactly(all.toArray(String[]::new));
  }

  Outcome runExactly(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            ttys,
            false,
            () -> 100);
    written = out;
    int exitCode = Muster.run(terminal, environment, sleeper, new Random(1), hooks, arguments);
    return new Outcome(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
