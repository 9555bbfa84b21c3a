package dev.serin.loadtest.wire;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Connections to one server, kept open over several runs. One thread drives all of them: a load
 * that takes more than one core takes more than one process. Runs are made one after another.
 */
public final class WireClient implements AutoCloseable {

  /** A server on the way up needs a moment; one that is not there is known at once. */
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** Each connection is a socket and two buffers here and there. */
  public static final int MAX_CONNECTIONS = 1_000;

  private final PreparedCalls calls;
  private final EventLoopGroup group;
  private final List<WireConnection> connections;

  private WireClient(PreparedCalls calls, EventLoopGroup group, List<WireConnection> connections) {
    this.calls = calls;
    this.group = group;
    this.connections = connections;
  }

  /**
   * Opens the connections and waits until the server has told its limits.
   *
   * @param count how many, 1 to {@link #MAX_CONNECTIONS}
   * @throws IOException where one cannot be opened
   */
  public static WireClient connect(InetSocketAddress server, int count, PreparedCalls calls)
      throws IOException {
    if (count < 1 || count > MAX_CONNECTIONS) {
      throw new IllegalArgumentException(
          "connections: %d (expected: 1 to %d)".formatted(count, MAX_CONNECTIONS));
    }
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    WireClient client =
        new WireClient(calls, new MultiThreadIoEventLoopGroup(1, io), new ArrayList<>());
    try {
      for (int i = 0; i < count; i++) {
        client.open(server, epoll ? EpollSocketChannel.class : NioSocketChannel.class);
      }
    } catch (IOException e) {
      client.close();
      throw e;
    }
    return client;
  }

  /**
   * Makes one run and returns when its calls have ended.
   *
   * @throws IOException where no connection is left to make it on
   */
  public LoadResult run(Pace pace, Bound bound) throws IOException {
    connections.removeIf(connection -> !connection.channel().isActive());
    if (connections.isEmpty()) {
      throw new IOException("connections: none is left (expected: the server keeps them open)");
    }
    var loop = connections.getFirst().channel().eventLoop();
    LoadRun run =
        switch (pace) {
          case Pace.Closed closed ->
              new ClosedRun(loop, connections, calls.messages(), bound, closed);
          case Pace.Open open -> new OpenRun(loop, connections, calls.messages(), bound, open);
        };
    Duration atMost = bound.time().plus(LoadRun.DRAIN).plus(CONNECT_TIMEOUT);
    return await(run.begin(), atMost, "run");
  }

  @Override
  public void close() {
    Future<?> closed =
        group.shutdownGracefully(0, CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    closed.awaitUninterruptibly(CONNECT_TIMEOUT.toMillis());
  }

  private void open(InetSocketAddress server, Class<? extends Channel> type) throws IOException {
    WireConnection connection = new WireConnection(calls);
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group)
            .channel(type)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT_TIMEOUT.toMillis())
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel.pipeline().addLast(connection);
                  }
                });
    var connected = bootstrap.connect(server).awaitUninterruptibly();
    if (!connected.isSuccess()) {
      throw new IOException(server + ": no server (expected: one that listens)", connected.cause());
    }
    connections.add(await(connection.ready(), CONNECT_TIMEOUT, "settings of " + server));
  }

  private static <T> T await(CompletableFuture<T> future, Duration atMost, String what)
      throws IOException {
    try {
      return future.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(what + ": nothing came (expected: within " + atMost + ")", e);
    } catch (ExecutionException e) {
      throw new IOException(what + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(what + ": interrupted", e);
    }
  }
}
