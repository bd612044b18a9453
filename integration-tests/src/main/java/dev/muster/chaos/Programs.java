// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The runnable jars, copied, so that a build beside the breaker does not pull them from under it,
 * and how they are run: small.
 *
 * @param server the server's jar
 * @param agent the agent's jar
 */
record Programs(Path server, Path agent) {
  private static final String HOME_PROPERTY = "muster.home";
  private static final int FIRST_JAVA_THAT_WARNS = 24;

  /** Copies what was built into a folder. */
  static Programs copyInto(Path folder) throws IOException {
    Files.createDirectories(folder);
    return new Programs(
        copy("server", "muster-server-*-all.jar", folder.resolve("server.jar")),
        copy("node-agent", "muster-agent-*-all.jar", folder.resolve("agent.jar")));
  }

  /** Returns the command of a server, up to its flags. */
  List<String> serverCommand() {
    return command(server, "256m");
  }

  /**
   * Returns the command of an agent, up to its flags, whose machine's clock is wrong by so much.
   */
  List<String> agentCommand(Duration clockSkew) {
    return command(agent, "64m", "-Dmuster.agent.clock-skew=" + clockSkew);
  }

  private static List<String> command(Path jar, String heap, String... properties) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx" + heap));
    if (Runtime.version().feature() >= FIRST_JAVA_THAT_WARNS) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of(properties));
    command.addAll(List.of("-jar", jar.toString()));
    return command;
  }

  private static Path copy(String module, String pattern, Path to) throws IOException {
    Path target = home().resolve(module).resolve("target");
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, pattern)) {
      for (Path jar : jars) {
        return Files.copy(jar, to);
      }
    }
    throw new ChaosFailedException(target + " has no runnable jar: build it first");
  }

  /** The folder that was built: where the launcher is. */
  private static Path home() {
    String told = System.getProperty(HOME_PROPERTY);
    if (told != null) {
      return Path.of(told);
    }
    try {
      Path folder =
          Path.of(Programs.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      while (folder != null && !Files.isExecutable(folder.resolve("muster"))) {
        folder = folder.getParent();
      }
      if (folder != null) {
        return folder;
      }
    } catch (URISyntaxException e) {
      throw new ChaosFailedException("the breaker does not know where it is", e);
    }
    throw new ChaosFailedException(
        "the launcher `muster` is in no folder above the breaker: name it with -D" + HOME_PROPERTY);
  }
}
