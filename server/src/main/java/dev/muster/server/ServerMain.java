// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import dev.muster.server.config.ConfigException;
import dev.muster.server.config.ServerConfig;
import dev.muster.server.config.Setting;
import dev.muster.server.ledger.StoreException;
import io.grpc.netty.shaded.io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The server's command line: {@code server [--config FILE] [--SETTING VALUE]…}. Exit codes: 143
 * stopped in order by SIGTERM, 2 a fault in the command line or the configuration, 1 it could not
 * start.
 */
public final class ServerMain {
  private static final int USAGE = 2;
  private static final int FAILED = 1;

  /**
   * gRPC's transport logs a stack trace for each message that is too large: a way to fill a disk.
   * Held, or it would be forgotten.
   */
  private static final java.util.logging.Logger TRANSPORT_LOG =
      java.util.logging.Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerStream");

  private ServerMain() {}

  /** Runs the server until it is told to stop. */
  public static void main(String[] args) throws InterruptedException {
    CommandLine commandLine = new CommandLine(spec());
    ServerConfig config;
    try {
      ParseResult parsed = commandLine.parseArgs(args);
      if (parsed.isUsageHelpRequested()) {
        commandLine.usage(System.out);
        return;
      }
      config = read(parsed);
    } catch (ParameterException e) {
      System.err.println(e.getMessage());
      System.exit(USAGE);
      return;
    } catch (ConfigException e) {
      e.faults().forEach(System.err::println);
      System.exit(USAGE);
      return;
    }
    run(config);
  }

  private static void run(ServerConfig config) throws InterruptedException {
    TRANSPORT_LOG.setLevel(java.util.logging.Level.OFF);
    // Netty's own search for leaks takes a stack trace for every 128th buffer.
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    CountDownLatch stopped = new CountDownLatch(1);
    try {
      MusterServer server = new MusterServer(config, InstantSource.system());
      server.start();
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    server.close();
                    stopped.countDown();
                  },
                  "muster-stop"));
      announce(System.out, server, config);
    } catch (IOException | StoreException e) {
      System.err.println("The server cannot start: " + e.getMessage());
      System.exit(FAILED);
      return;
    }
    stopped.await();
  }

  /** Tells people and scripts where it listens. */
  private static void announce(PrintStream out, MusterServer server, ServerConfig config) {
    out.println("data directory " + config.dataDirectory().toAbsolutePath());
    out.println("admin token in " + server.adminTokenFile());
    server
        .metricsAddress()
        .ifPresent(address -> out.println("metrics on http://" + text(address) + "/metrics"));
    out.println(
        "muster server ready agent="
            + text(server.agentAddress())
            + " operator="
            + text(server.operatorAddress()));
    out.flush();
  }

  private static String text(java.net.InetSocketAddress address) {
    String host =
        address.getAddress().isAnyLocalAddress()
            ? "0.0.0.0"
            : address.getAddress().getHostAddress();
    return host + ":" + address.getPort();
  }

  private static ServerConfig read(ParseResult parsed) throws ConfigException {
    Map<String, String> flags = new HashMap<>();
    for (Setting setting : Setting.values()) {
      if (parsed.hasMatchedOption(setting.flag())) {
        flags.put(setting.key(), parsed.matchedOptionValue(setting.flag(), ""));
      }
    }
    Optional<Path> file =
        Optional.ofNullable(parsed.<Path>matchedOptionValue("--config", null))
            .or(() -> Optional.of(Path.of(ServerConfig.FILE)).filter(Files::exists));
    return ServerConfig.read(file, System.getenv(), flags);
  }

  private static CommandSpec spec() {
    CommandSpec spec = CommandSpec.create().name("muster server").mixinStandardHelpOptions(true);
    spec.usageMessage()
        .description(
            "Runs a Muster server. Settings come from flags, then the environment (MUSTER_…), then the file.");
    spec.addOption(
        OptionSpec.builder("--config")
            .type(Path.class)
            .paramLabel("FILE")
            .description("Settings file; " + ServerConfig.FILE + " where there is one.")
            .build());
    for (Setting setting : Setting.values()) {
      boolean flag = setting.defaultText().equals("false");
      spec.addOption(
          OptionSpec.builder(setting.flag())
              .type(String.class)
              .arity(flag ? "0..1" : "1")
              .fallbackValue(flag ? "true" : "")
              .paramLabel("VALUE")
              .description(setting.description() + " Default: " + setting.defaultText())
              .build());
    }
    return spec;
  }
}
