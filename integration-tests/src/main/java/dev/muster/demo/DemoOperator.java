// SPDX-License-Identifier: Apache-2.0
package dev.muster.demo;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.muster.cli.ExitCode;
import dev.muster.cli.Muster;
import dev.muster.cli.output.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The operator of the demo: types commands of the real command line, which runs in this process.
 */
final class DemoOperator {
  private final Narrator narrator;
  private final Map<String, String> environment;

  DemoOperator(Fleet fleet, Narrator narrator) {
    this.narrator = narrator;
    this.environment =
        Map.of(
            "HOME", fleet.folder().toString(),
            "MUSTER_SERVER", fleet.operatorAddress(),
            "MUSTER_TOKEN_FILE", fleet.adminToken().toString(),
            "MUSTER_CA", fleet.certificateAuthority().toString());
  }

  /** Shows a command and runs it. */
  void types(ExitCode expected, String... arguments) {
    narrator.command("muster " + asTyped(arguments));
    int exitCode = Muster.run(narrator.terminal(), environment, arguments);
    check(expected, exitCode, arguments);
    if (expected != ExitCode.SUCCESS) {
      narrator.result("(exit code " + exitCode + ")");
    }
  }

  /** Runs a command without showing it and reads what it prints. */
  <M extends Message.Builder> M asks(M into, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal captured =
        new Terminal(
            InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Terminal.Ttys.NONE,
            false,
            () -> Terminal.UNLIMITED);
    String[] asJson = new String[arguments.length + 2];
    System.arraycopy(arguments, 0, asJson, 0, arguments.length);
    asJson[arguments.length] = "--output";
    asJson[arguments.length + 1] = "json";
    int exitCode = Muster.run(captured, environment, asJson);
    if (exitCode != 0) {
      throw new DemoFailedException(
          asTyped(arguments)
              + " ended with "
              + exitCode
              + ": "
              + err.toString(StandardCharsets.UTF_8));
    }
    try {
      JsonFormat.parser().merge(out.toString(StandardCharsets.UTF_8), into);
      return into;
    } catch (InvalidProtocolBufferException e) {
      throw new DemoFailedException(asTyped(arguments) + " printed no JSON: " + e.getMessage());
    }
  }

  private static void check(ExitCode expected, int exitCode, String... arguments) {
    if (exitCode != expected.number()) {
      throw new DemoFailedException(
          asTyped(arguments) + " ended with " + exitCode + " instead of " + expected.number());
    }
  }

  private static String asTyped(String... arguments) {
    return List.of(arguments).stream()
        .map(argument -> argument.matches("[\\w./:=,@-]+") ? argument : "'" + argument + "'")
        .collect(Collectors.joining(" "));
  }
}
