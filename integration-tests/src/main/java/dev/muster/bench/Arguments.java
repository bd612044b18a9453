// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Reads the command line of a program that runs once: help, faults, or what it is to do. */
public final class Arguments {
  private static final int USAGE = 2;

  private Arguments() {}

  /**
   * Fills a program's options.
   *
   * @param program with picocli's annotations
   * @param faults what is wrong with the options once they are filled
   * @return the exit code where nothing is to be done: help was shown, or every fault was told
   */
  public static OptionalInt read(
      Object program, Supplier<List<String>> faults, String... arguments) {
    CommandLine commandLine = new CommandLine(program).setCaseInsensitiveEnumValuesAllowed(true);
    try {
      commandLine.parseArgs(arguments);
    } catch (ParameterException e) {
      System.err.println(e.getMessage());
      return OptionalInt.of(USAGE);
    }
    if (commandLine.isUsageHelpRequested()) {
      commandLine.usage(System.out);
      return OptionalInt.of(0);
    }
    List<String> found = faults.get();
    found.forEach(System.err::println);
    return found.isEmpty() ? OptionalInt.empty() : OptionalInt.of(USAGE);
  }
}
