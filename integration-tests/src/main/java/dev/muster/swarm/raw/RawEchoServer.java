// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.raw;

import dev.muster.swarm.control.JsonLine;
import dev.muster.swarm.control.LineConversation;
import dev.muster.swarm.control.ProcessFigures;
import dev.muster.wire.Limits;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.util.ResourceLeakDetector;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The limit that Muster is compared with: a gRPC server with the settings of Muster's agent port,
 * and nothing behind it. It welcomes whoever says Hello, keeps the stream, and sends what it is
 * told by lines on standard input:
 *
 * <pre>
 * nodes                 nodes
 * fanout N BYTES        ms         an EXECUTE to each of N nodes, and two messages back from each
 * pingpong COUNT BYTES  p50, p90, p99, max (in µs)    a PREPARE to one node and its answer, one by one
 * cpu                   cpu_ms, rss_kb, heap_used
 * gc                    the same, after a collection
 * quit
 * </pre>
 */
@Command(
    name = "raw-echo-server",
    description = "gRPC as fast as it gets, with the messages of Muster and nothing behind them.",
    mixinStandardHelpOptions = true)
public final class RawEchoServer implements Callable<Integer> {
  private static final int MOST_NODES = 100_000;
  private static final int MOST_PINGS = 10_000_000;

  @Option(names = "--port", paramLabel = "PORT", description = "0: any free one. Default: 0.")
  private int port;

  @Option(
      names = "--tls",
      paramLabel = "FILE",
      arity = "2",
      description = "Certificate chain and key, PEM; without it there is no TLS.")
  private @Nullable List<Path> tls;

  private final RawFleet fleet = new RawFleet();

  private RawEchoServer() {}

  /** Runs the server and ends the process. */
  public static void main(String... arguments) {
    System.exit(new CommandLine(new RawEchoServer()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); // As Muster does.
    Server server = server().start();
    out.println("raw server ready port=" + server.getPort());
    try {
      conversation()
          .run(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), out);
    } finally {
      server.shutdownNow();
    }
    return 0;
  }

  private Server server() throws IOException {
    ServerCredentials credentials =
        tls == null
            ? InsecureServerCredentials.create()
            : TlsServerCredentials.create(tls.get(0).toFile(), tls.get(1).toFile());
    // Setting by setting what Muster's agent port has.
    return NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port), credentials)
        .withOption(ChannelOption.SO_BACKLOG, 4_096)
        .keepAliveTime(30, TimeUnit.SECONDS)
        .keepAliveTimeout(10, TimeUnit.SECONDS)
        .permitKeepAliveTime(10, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true)
        .handshakeTimeout(20, TimeUnit.SECONDS)
        .maxConnectionAge(7, TimeUnit.DAYS)
        .maxConnectionAgeGrace(1, TimeUnit.HOURS)
        .maxRstFramesPerWindow(200, 30)
        .flowControlWindow(64 << 10)
        .maxConcurrentCallsPerConnection(8)
        .maxInboundMessageSize(Limits.AGENT_MESSAGE_BYTES)
        .directExecutor()
        .addService(new RawEchoService(fleet))
        .build();
  }

  private LineConversation conversation() {
    return new LineConversation()
        .on("nodes", words -> JsonLine.ok().with("nodes", fleet.size()))
        .on(
            "fanout N BYTES",
            words ->
                JsonLine.ok()
                    .with(
                        "ms",
                        fleet.fanOut(
                            LineConversation.number(words.get(0), 1, MOST_NODES),
                            bytes(words.get(1)))))
        .on(
            "pingpong COUNT BYTES",
            words -> {
              Latencies latencies =
                  fleet.pingPong(
                      LineConversation.number(words.get(0), 1, MOST_PINGS), bytes(words.get(1)));
              return JsonLine.ok()
                  .with("p50", latencies.percentileMicros(50))
                  .with("p90", latencies.percentileMicros(90))
                  .with("p99", latencies.percentileMicros(99))
                  .with("max", latencies.percentileMicros(100));
            })
        .on("cpu", words -> ProcessFigures.addTo(JsonLine.ok()))
        .on(
            "gc",
            words -> {
              collectGarbage();
              return ProcessFigures.addTo(JsonLine.ok());
            });
  }

  private static int bytes(String word) {
    return LineConversation.number(word, RawOrders.LEAST_INPUT_BYTES, Limits.INPUT_BYTES);
  }

  @SuppressWarnings("SystemGC") // Asked for, to see what idle connections hold.
  private static void collectGarbage() {
    System.gc();
  }
}
