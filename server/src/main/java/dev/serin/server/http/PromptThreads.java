package dev.serin.server.http;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Event loops that end when they are told to. Whoever owns them otherwise lets them linger for two
 * seconds, and a server's stop with them.
 */
final class PromptThreads extends MultiThreadIoEventLoopGroup {
  /** Milliseconds that tasks in flight may take. */
  private static final long STOP_MILLIS = 1_000;

  PromptThreads(String name, int threads) {
    super(
        threads,
        new DefaultThreadFactory(name, true),
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  @Override
  public Future<?> shutdownGracefully() {
    return shutdownGracefully(0, STOP_MILLIS, TimeUnit.MILLISECONDS);
  }
}
