// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.DefaultSelectStrategyFactory;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.IoHandlerFactory;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.netty.shaded.io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The event loops of one port. Each port has its own: on the agents' loops an operator's call would
 * wait behind thousands of commands to nodes, or behind a fleet that comes back. Thread-safe.
 */
final class Loops implements AutoCloseable {
  /**
   * Sockets that one round of a loop reads. A loop writes what it was given only between rounds, so
   * ten thousand reports at once would hold back every command.
   */
  private static final int READY_AT_ONCE = 64;

  private final EventLoopGroup acceptors;
  private final EventLoopGroup workers;
  private final Class<? extends ServerChannel> channel;

  /**
   * Makes loops.
   *
   * @param name begins the names of the threads
   * @param threads how many; 0: two per processor
   */
  Loops(String name, int threads) {
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory handlers =
        epoll
            ? EpollIoHandler.newFactory(READY_AT_ONCE, DefaultSelectStrategyFactory.INSTANCE)
            : NioIoHandler.newFactory();
    channel = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    acceptors = group(name + "-accept", 1, handlers);
    workers = group(name, threads, handlers);
  }

  private static EventLoopGroup group(String name, int threads, IoHandlerFactory handlers) {
    return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), handlers);
  }

  void configure(NettyServerBuilder builder) {
    builder.bossEventLoopGroup(acceptors).workerEventLoopGroup(workers).channelType(channel);
  }

  /**
   * Runs an action, on one of the loops, once each of them has come past all that it was given
   * before: what was handed to streams by then is written, as far as their readers take it. Refused
   * once the loops are closed.
   */
  void whenWritten(Runnable action) {
    List<EventExecutor> all = new ArrayList<>();
    workers.forEach(all::add);
    AtomicInteger left = new AtomicInteger(all.size());
    for (EventExecutor loop : all) {
      loop.execute(
          () -> {
            if (left.decrementAndGet() == 0) {
              action.run();
            }
          });
    }
  }

  /** Lets the threads end when their last connection has; does not wait for it. */
  @Override
  public void close() {
    var unusedAcceptors = acceptors.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    var unusedWorkers = workers.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
