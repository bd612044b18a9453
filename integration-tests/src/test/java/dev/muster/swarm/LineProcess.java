// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm;

import dev.muster.it.fleet.Programs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program of this module in a process of its own, driven by lines. What it logs goes to the
 * test's own output. The caller closes it.
 */
final class LineProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;
  private final PrintStream commands;

  private LineProcess(Process process) {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
  }

  static LineProcess start(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx192m"));
    command.addAll(List.of("-cp", classPath(), main.getName()));
    command.addAll(List.of(arguments));
    try {
      return new LineProcess(
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As the launcher has it. */
  private static String classPath() {
    Path target = Programs.home().resolve("integration-tests").resolve("target");
    try (DirectoryStream<Path> jars =
        Files.newDirectoryStream(target, "muster-integration-tests-*.jar")) {
      return jars.iterator().next() + ":" + Files.readString(target.resolve("programs.classpath"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the next line that it prints. */
  String nextLine() {
    try {
      String line = answers.readLine();
      if (line == null) {
        throw new AssertionError("the program has ended");
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a command and returns its answer. */
  String ask(String command) {
    commands.println(command);
    return nextLine();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
