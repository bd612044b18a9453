// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Serves {@code /metrics} over HTTP. Owns one thread. */
public final class MetricsEndpoint implements AutoCloseable {
  private static final int BACKLOG = 16;

  private final HttpServer http;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread made = new Thread(task, "muster-metrics");
            made.setDaemon(true);
            return made;
          });

  /**
   * Binds and serves.
   *
   * @throws IOException if the address cannot be bound
   */
  public MetricsEndpoint(InetSocketAddress address, ServerMetrics metrics) throws IOException {
    http = HttpServer.create(address, BACKLOG);
    http.createContext("/metrics", exchange -> answer(exchange, metrics.scrape()));
    http.setExecutor(thread);
    http.start();
  }

  /** Returns where it listens. */
  public InetSocketAddress address() {
    return http.getAddress();
  }

  private static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    exchange.sendResponseHeaders(200, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  @Override
  public void close() {
    http.stop(0);
    thread.shutdownNow();
  }
}
