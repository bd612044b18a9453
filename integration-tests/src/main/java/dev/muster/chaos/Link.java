// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayOutputStream;
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

  /** Heartbeats and acknowledgements are shorter. */
  private static final int COMMAND = 120;

  /** Heartbeats are shorter. */
  private static final int REPORT = 70;

  /** What a stranded connection still says; more than an agent says at once. */
  private static final int MOST_STRANDED = 1 << 20;

  private static final Duration IN_FLIGHT = Duration.ofMillis(20);

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
  private final Moments own = new Moments();
  private final Moments everywhere;
  private final Object lock = new Object();

  @GuardedBy("lock") private final List<Pipe> pipes = new ArrayList<>();

  @GuardedBy("lock") private boolean upHeld;

  @GuardedBy("lock") private boolean downHeld;

  private volatile int delayMillis; // written by slow()
  private volatile boolean closed; // written by close()

  private Link(ServerSocket listener, int serverPort, Moments everywhere) {
    this.listener = listener;
    this.serverPort = serverPort;
    this.everywhere = everywhere;
  }

  /**
   * Opens a link to a port of this machine.
   *
   * @param everywhere hears, too, of what passes here
   */
  static Link to(int serverPort, Moments everywhere) {
    try {
      ServerSocket listener = new ServerSocket();
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Link link = new Link(listener, serverPort, everywhere);
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

  /** Tells what passes here. */
  Moments moments() {
    return own;
  }

  /**
   * Cuts every connection there is on the agent's side. What the agent had said until then waits on
   * its way, and reaches the server with the next release: behind the back of a newer connection.
   */
  void strand() {
    List<Pipe> stranded;
    synchronized (lock) {
      upHeld = false; // New connections pass.
      downHeld = false;
      stranded = List.copyOf(pipes);
      for (Pipe pipe : stranded) {
        pipe.stranded = true;
        pipe.upHeld = true;
        pipe.downHeld = false;
      }
      lock.notifyAll();
    }
    try {
      Thread.sleep(IN_FLIGHT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    stranded.forEach(Pipe::cutAgent);
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
        byte[] late = awaitFlow(pipe, up);
        if (up || !pipe.stranded) {
          out.write(chunk, 0, read);
          out.write(late);
          tell(up, read);
        }
      }
      out.write(awaitFlow(pipe, up));
      to.shutdownOutput();
      if (pipe.bothEnded()) {
        forget(pipe);
      }
    } catch (IOException e) {
      if (up && pipe.stranded) {
        deliverLate(pipe);
      } else {
        forget(pipe);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until it may go on; returns what a stranded agent had said meanwhile. */
  private byte[] awaitFlow(Pipe pipe, boolean up) throws InterruptedException {
    ByteArrayOutputStream late = new ByteArrayOutputStream();
    synchronized (lock) {
      while (up ? pipe.upHeld : pipe.downHeld) {
        if (up && pipe.stranded) {
          gather(pipe, late);
          lock.wait(5);
        } else {
          lock.wait();
        }
      }
    }
    return late.toByteArray();
  }

  private static void gather(Pipe pipe, ByteArrayOutputStream late) {
    try {
      InputStream in = pipe.agent.getInputStream();
      int size = Math.min(in.available(), MOST_STRANDED - late.size());
      if (size > 0) {
        late.writeBytes(in.readNBytes(size));
      }
    } catch (IOException e) {
      // Its agent's side is gone: there is no more.
    }
  }

  /** The agent's side went while nothing was on its way, or what was has been delivered. */
  private void deliverLate(Pipe pipe) {
    try {
      byte[] late = awaitFlow(pipe, true);
      pipe.server.getOutputStream().write(late);
      pipe.server.shutdownOutput(); // A farewell: what goes before it is read.
    } catch (IOException e) {
      forget(pipe);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(boolean up, int size) {
    if (size >= (up ? REPORT : COMMAND)) {
      Moments.Kind kind = up ? Moments.Kind.REPORT_PASSED : Moments.Kind.COMMAND_PASSED;
      own.happened(kind);
      everywhere.happened(kind);
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
    volatile boolean stranded; // written by strand()
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

    void cutAgent() {
      end(agent);
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
