// SPDX-License-Identifier: Apache-2.0
package dev.muster.it.fleet;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where the runnable jars are, and how they are run in a test: small. */
public final class Programs {
  private static final int FIRST_JAVA_THAT_WARNS = 24;

  private Programs() {}

  /**
   * Returns the command that runs a module's jar: {@code server}, {@code node-agent} or {@code
   * cli}.
   */
  public static List<String> command(String module, String heap) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx" + heap));
    if (Runtime.version().feature() >= FIRST_JAVA_THAT_WARNS) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.add("-jar");
    command.add(jar(module).toString());
    return command;
  }

  /** Returns the folder of the whole project. */
  public static Path home() {
    String home = System.getProperty("muster.home");
    if (home == null) {
      throw new IllegalStateException(
          "muster.home is not set: run integration tests with ./mvnw verify");
    }
    return Path.of(home);
  }

  private static Path jar(String module) {
    Path target = home().resolve(module).resolve("target");
    if (Files.isDirectory(target)) {
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "muster-*-all.jar")) {
        for (Path jar : jars) {
          return jar;
        }
      } catch (IOException e) {
        throw new IllegalStateException(target + " cannot be read", e);
      }
    }
    throw new IllegalStateException(target + " has no runnable jar: run ./mvnw package");
  }
}
