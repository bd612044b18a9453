// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.daemon;

import dev.muster.agent.Agent;
import dev.muster.agent.AgentBuilder;
import dev.muster.agent.AgentListener;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code agent run}: keeps the node in a session until it is told to stop. Prints {@code agent NAME
 * connected to HOST:PORT epoch N} to standard output for each session.
 */
@Command(name = "run", description = "Runs the agent (default).", mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();

  @Option(names = "--token", paramLabel = "TOKEN", description = "Join token; better in a file.")
  private @Nullable String token;

  @Option(names = "--token-file", paramLabel = "FILE", description = "File with the join token.")
  private @Nullable String tokenFile;

  @Option(names = "--name", paramLabel = "NAME", description = "Name that the node asks for.")
  private @Nullable String name;

  @Option(names = "--hooks-dir", paramLabel = "DIR", description = "Where the hooks are.")
  private @Nullable String hooksDirectory;

  @Option(names = "--slots", paramLabel = "N", description = "How many runs go on at once.")
  private @Nullable String slots;

  @Option(names = "--log-level", paramLabel = "LEVEL", description = "error, warn, info, debug.")
  private @Nullable String logLevel;

  @Override
  public Integer call() throws InterruptedException, ExecutionException {
    return run().code();
  }

  private ExitCode run() throws InterruptedException, ExecutionException {
    AgentConfig config;
    try {
      config = AgentConfig.load(flags(), System.getenv(), common.config());
    } catch (ConfigFaultsException e) {
      err().println(e.getMessage());
      return ExitCode.USAGE;
    }
    Logs.configure(config.logLevel());
    Logs.nameNode(config.name());
    CompletableFuture<ExitCode> ended = new CompletableFuture<>();
    Agent agent = agent(config, ended);
    // The handler of SIGTERM waits here until the agent has left in good order.
    CountDownLatch left = new CountDownLatch(1);
    Thread onSignal =
        new Thread(
            () -> {
              ended.complete(ExitCode.OK);
              awaitQuietly(left);
            },
            "muster-stop");
    Runtime.getRuntime().addShutdownHook(onSignal);
    try {
      agent.start();
      return ended.get();
    } catch (IllegalStateException e) {
      err().println(e.getMessage());
      return ExitCode.USAGE;
    } catch (IOException e) {
      err().println("The state directory cannot be used: " + e.getMessage());
      return ExitCode.STATE_DIRECTORY;
    } finally {
      agent.close();
      left.countDown();
    }
  }

  private Agent agent(AgentConfig config, CompletableFuture<ExitCode> ended) {
    AgentBuilder builder =
        Agent.builder()
            .server(config.server())
            .stateDirectory(config.stateDirectory())
            .name(config.name())
            .slots(config.slots())
            .hookRescan(config.hookRescan())
            .hookSearchPath(config.hookPath())
            .stopGrace(config.stopGrace())
            .shutdownGrace(config.shutdownGrace())
            .listener(new Announcer(ended));
    config.joinToken().ifPresent(join -> builder.joinToken(join.format()));
    config.labels().forEach(builder::label);
    config.facts().forEach(builder::fact);
    config.hooksDirectory().ifPresent(builder::hooks);
    config.caCertificatePem().ifPresent(builder::caCertificate);
    if (config.plaintext()) {
      builder.plaintext();
    }
    if (!config.builtins()) {
      builder.withoutBuiltins();
    }
    return builder.build();
  }

  private Map<String, String> flags() {
    Map<String, String> flags = common.flags();
    CommonOptions.put(flags, "join-token", token);
    CommonOptions.put(flags, "join-token-file", tokenFile);
    CommonOptions.put(flags, "name", name);
    CommonOptions.put(flags, "hooks-dir", hooksDirectory);
    CommonOptions.put(flags, "slots", slots);
    CommonOptions.put(flags, "log-level", logLevel);
    return flags;
  }

  /** Says what happens to those who wait for it, people and programs. */
  private final class Announcer implements AgentListener {
    private final CompletableFuture<ExitCode> ended;

    Announcer(CompletableFuture<ExitCode> ended) {
      this.ended = ended;
    }

    @Override
    public void onConnected(String nodeName, String server, long epoch) {
      Logs.nameNode(nodeName);
      PrintWriter out = commandSpec().commandLine().getOut();
      out.println("agent " + nodeName + " connected to " + server + " epoch " + epoch);
      out.flush();
    }

    @Override
    public void onStopped(StopCause cause, String reason) {
      err().println("The agent stops for good: " + reason);
      ended.complete(
          switch (cause) {
            case NSK_REVOKED -> ExitCode.REVOKED;
            case ENROLLMENT_REFUSED -> ExitCode.ENROLLMENT_REFUSED;
          });
    }
  }

  private PrintWriter err() {
    return commandSpec().commandLine().getErr();
  }

  private CommandSpec commandSpec() {
    return Objects.requireNonNull(spec);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
