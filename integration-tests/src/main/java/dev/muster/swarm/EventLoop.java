// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.IoHandlerFactory;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The one thread of a swarm: sockets, timers and all that nodes do. Closing it stops the thread.
 * Thread-safe.
 */
final class EventLoop implements Executor, AutoCloseable {
  private final EventLoopGroup group;
  private final Class<? extends Channel> channelType;

  EventLoop() {
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory factory = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("swarm", true), factory);
    channelType = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  /** Returns it as the transport wants it. */
  EventLoopGroup group() {
    return group;
  }

  Class<? extends Channel> channelType() {
    return channelType;
  }

  @Override
  public void execute(Runnable task) {
    group.execute(task);
  }

  /** Does something on the loop; completes with what it returns. */
  <T> CompletableFuture<T> call(Supplier<T> task) {
    return CompletableFuture.supplyAsync(task, this);
  }

  /** Does something on the loop again and again. */
  void every(long millis, Runnable task) {
    var unused = group.scheduleAtFixedRate(task, millis, millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    var unused = group.shutdownGracefully(0, 2, TimeUnit.SECONDS);
  }
}
