// SPDX-License-Identifier: Apache-2.0
package dev.muster.it.fleet;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;

/**
 * Stands between agents and the server, and cuts all connections each time that so many bytes have
 * gone to the server: at any byte, in the middle of a record. Owns its threads. Thread-safe.
 */
public final class CuttingProxy implements AutoCloseable {
  private static final int BUFFER_BYTES = 8 << 10;

  private final ServerSocket listener;
  private final int serverPort;
  private final Object lock = new Object();

  @GuardedBy("lock") private final Queue<Long> cuts = new ArrayDeque<>();

  @GuardedBy("lock") private final List<Socket> sockets = new ArrayList<>();

  @GuardedBy("lock") private long left = Long.MAX_VALUE;

  @GuardedBy("lock") private int made;

  /** Listens on a free port, for a server on this machine. */
  public CuttingProxy(int serverPort) {
    this.serverPort = serverPort;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start("proxy-accept", this::accept);
  }

  /** Returns where agents connect. */
  public String address() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** From now on, cuts after each of these numbers of bytes, counted from the cut before. */
  public void cutAfter(Collection<Long> bytes) {
    synchronized (lock) {
      cuts.addAll(bytes);
      nextCut();
    }
  }

  /** Returns how many cuts it has made. */
  public int made() {
    synchronized (lock) {
      return made;
    }
  }

  private void accept() {
    try {
      while (true) {
        connect(listener.accept());
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void connect(Socket agent) {
    Socket server;
    try {
      server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
    } catch (IOException e) {
      close(agent); // The server is away: whoever connected tries again.
      return;
    }
    synchronized (lock) {
      sockets.add(agent);
      sockets.add(server);
    }
    start("proxy-up", () -> carry(agent, server, true));
    start("proxy-down", () -> carry(server, agent, false));
  }

  private void carry(Socket from, Socket to, boolean up) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        int allowed = up ? allowed(length) : length;
        out.write(buffer, 0, allowed);
        out.flush();
        if (allowed < length) {
          cut();
          return;
        }
      }
    } catch (IOException e) {
      // Cut, or one side has gone.
    }
  }

  private int allowed(int length) {
    synchronized (lock) {
      int allowed = (int) Math.min(length, left);
      left -= allowed;
      return allowed;
    }
  }

  private void cut() {
    List<Socket> open;
    synchronized (lock) {
      open = List.copyOf(sockets);
      sockets.clear();
      made++;
      nextCut();
    }
    open.forEach(CuttingProxy::close);
  }

  @GuardedBy("lock") private void nextCut() {
    Long next = cuts.poll();
    left = next == null ? Long.MAX_VALUE : next;
  }

  private static void start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone in any case.
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    synchronized (lock) {
      sockets.forEach(CuttingProxy::close);
    }
  }
}
