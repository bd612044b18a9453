// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The network between one agent and the server: a TCP proxy that can cut its connections, hold up
 * what goes through them, and slow it down. What was held up is delivered afterwards, also behind
 * the back of a newer connection. Thread-safe.
 */
final class Link implements AutoCloseable {
  private static final int CHUNK = 16 * 1024;

  /** What is held up. */
  enum Hold {
    /** Both ways of every connection. */
    ALL,
    /** What the agent says. */
    FROM_AGENT,
    /** What the server says. */
    FROM_SERVER,
    /** Both ways of the connections there are; new ones pass. */
    STANDING
  }

  private final ServerSocket listener;
  private final int serverPort;
  private final Object lock = new Object();

  @GuardedBy("lock") private final List<Pipe> pipes = new ArrayList<>();

  @GuardedBy("lock") private boolean upHeld;

  @GuardedBy("lock") private boolean downHeld;

  private volatile int delayMillis; // written by slow()
  private volatile boolean closed; // written by close()

  private Link(ServerSocket listener, int serverPort) {
    this.listener = listener;
    this.serverPort = serverPort;
  }

  /** Opens a link to a port of this machine. */
  static Link to(int serverPort) {
    try {
      ServerSocket listener = new ServerSocket();
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Link link = new Link(listener, serverPort);
      daemon("chaos-link-" + listener.getLocalPort(), link::accept).start();
      return link;
    } catch (IOException e) {
      throw new ChaosFailedException("no port for a link", e);
    }
  }

  /** Returns where the agent connects. */
  String address() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** Cuts every connection, without a farewell. */
  void cut() {
    synchronized (lock) {
      pipes.forEach(Pipe::cut);
      pipes.clear();
    }
  }

  /** Holds up what goes through. */
  void hold(Hold what) {
    synchronized (lock) {
      boolean up = what != Hold.FROM_SERVER;
      boolean down = what != Hold.FROM_AGENT;
      if (what != Hold.STANDING) {
        upHeld = up;
        downHeld = down;
      }
      for (Pipe pipe : pipes) {
        pipe.upHeld = up;
        pipe.downHeld = down;
      }
    }
  }

  /** Delivers what was held up. */
  void release() {
    synchronized (lock) {
      upHeld = false;
      downHeld = false;
      for (Pipe pipe : pipes) {
        pipe.upHeld = false;
        pipe.downHeld = false;
      }
      lock.notifyAll();
    }
  }

  /** Lets every portion take so much longer; zero: no longer. */
  void slow(Duration delay) {
    delayMillis = Math.toIntExact(delay.toMillis());
  }

  @Override
  public void close() {
    closed = true;
    try {
      listener.close();
    } catch (IOException e) {
      // It goes with the process.
    }
    cut();
    release();
  }

  private void accept() {
    while (!closed) {
      try {
        Socket agent = listener.accept();
        open(agent);
      } catch (IOException e) {
        // Closed, or one connection that could not be made.
      }
    }
  }

  private void open(Socket agent) throws IOException {
    Socket server = new Socket();
    try {
      agent.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort), 2_000);
    } catch (IOException e) {
      agent.close(); // The server is away, and so says the network.
      server.close();
      return;
    }
    Pipe pipe = new Pipe(agent, server);
    synchronized (lock) {
      pipe.upHeld = upHeld;
      pipe.downHeld = downHeld;
      pipes.add(pipe);
    }
    daemon("chaos-up-" + agent.getPort(), () -> pump(pipe, true)).start();
    daemon("chaos-down-" + agent.getPort(), () -> pump(pipe, false)).start();
  }

  private void pump(Pipe pipe, boolean up) {
    byte[] chunk = new byte[CHUNK];
    Socket to = up ? pipe.server : pipe.agent;
    try {
      InputStream in = (up ? pipe.agent : pipe.server).getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        if (delayMillis > 0) {
          Thread.sleep(delayMillis);
        }
        awaitFlow(pipe, up);
        out.write(chunk, 0, read);
      }
      awaitFlow(pipe, up);
      to.shutdownOutput();
      if (pipe.bothEnded()) {
        forget(pipe);
      }
    } catch (IOException e) {
      pipe.cut();
      forget(pipe);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitFlow(Pipe pipe, boolean up) throws InterruptedException {
    synchronized (lock) {
      while (up ? pipe.upHeld : pipe.downHeld) {
        lock.wait();
      }
    }
  }

  private void forget(Pipe pipe) {
    pipe.cut();
    synchronized (lock) {
      pipes.remove(pipe);
    }
  }

  private static Thread daemon(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    return thread;
  }

  /** One connection; its flags are guarded by the link's lock. */
  private static final class Pipe {
    final Socket agent;
    final Socket server;
    boolean upHeld;
    boolean downHeld;
    private int ended;

    Pipe(Socket agent, Socket server) {
      this.agent = agent;
      this.server = server;
    }

    synchronized boolean bothEnded() {
      ended++;
      return ended == 2;
    }

    void cut() {
      end(agent);
      end(server);
    }

    private static void end(Socket socket) {
      try {
        socket.setSoLinger(true, 0);
      } catch (SocketException e) {
        // It is closed already.
      }
      try {
        socket.close();
      } catch (IOException e) {
        // As good as closed.
      }
    }
  }
}
