package dev.serin.server;

import dev.serin.server.access.TlsFiles;
import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * The gRPC port: a grpc-java server on Netty, with the kernel's epoll where there is one.
 *
 * <p>Its services run on the event loops: whatever may wait has to leave them by itself.
 *
 * <p>Public so that a stub can be measured on the same port as the service.
 */
public final class GrpcPort implements AutoCloseable {
  /**
   * Bytes of a message that the transport takes. Above the API's own limits, so that a message that
   * is too large is refused by name; beyond this the transport ends the call.
   */
  private static final int MESSAGE_BYTES_MAX = 32 * 1024 * 1024;

  /** Bytes of the headers of a call; ours have some hundred. */
  private static final int METADATA_BYTES_MAX = 16 * 1024;

  /** Calls in flight on one connection; a client opens another connection for more. */
  private static final int CALLS_PER_CONNECTION_MAX = 1_000;

  /**
   * Bytes in flight per call and direction: what a stream of outcomes may make us hold that is not
   * read. Fixed, so that no call pays for measuring the link. The connection's own window is given
   * back as bytes arrive, so that a call that is not read holds up no other.
   */
  private static final int WINDOW_BYTES = 256 * 1024;

  /** Seconds of silence before a connection is probed, so that a dead peer's is given back. */
  private static final int KEEPALIVE_SECONDS = 60;

  /** Seconds an answer to a probe may take. */
  private static final int KEEPALIVE_TIMEOUT_SECONDS = 20;

  /** Seconds between two probes of a client; one that probes more often is disconnected. */
  private static final int CLIENT_KEEPALIVE_SECONDS_MIN = 10;

  /** Seconds the event loops may take to close their connections when all calls have ended. */
  private static final int STOP_SECONDS = 2;

  /** Connections the kernel may hold before they are accepted. */
  private static final int BACKLOG = 1_024;

  private final EventLoopGroup acceptor;
  private final EventLoopGroup eventLoops;
  private final Server server;

  private GrpcPort(EventLoopGroup acceptor, EventLoopGroup eventLoops, Server server) {
    this.acceptor = acceptor;
    this.eventLoops = eventLoops;
    this.server = server;
  }

  /**
   * Opens the port.
   *
   * @throws PortUnavailableException if the address cannot be bound
   */
  public static GrpcPort open(ServerConfig config, List<ServerServiceDefinition> services) {
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    Class<? extends ServerChannel> channel =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    var acceptor =
        new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("serin-accept", true), io);
    var eventLoops =
        new MultiThreadIoEventLoopGroup(
            config.eventLoops(), new DefaultThreadFactory("serin-call", true), io);
    var builder =
        NettyServerBuilder.forAddress(config.grpc())
            .bossEventLoopGroup(acceptor)
            .workerEventLoopGroup(eventLoops)
            .channelType(channel)
            .withOption(ChannelOption.SO_BACKLOG, BACKLOG)
            .withOption(ChannelOption.SO_REUSEADDR, true)
            .directExecutor()
            .addStreamTracerFactory(ArrivingBytes.FACTORY)
            .decompressorRegistry(decompressors())
            .maxInboundMessageSize(MESSAGE_BYTES_MAX)
            .maxInboundMetadataSize(METADATA_BYTES_MAX)
            .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX)
            .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveTime(CLIENT_KEEPALIVE_SECONDS_MIN, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .flowControlWindow(WINDOW_BYTES);
    config.tls().ifPresent(files -> secure(builder, files));
    services.forEach(builder::addService);
    Server server = builder.build();
    try {
      return new GrpcPort(acceptor, eventLoops, server.start());
    } catch (IOException e) {
      stop(acceptor);
      stop(eventLoops);
      throw new PortUnavailableException(ServerOption.GRPC_PORT, config.grpc(), e);
    }
  }

  /** The port it listens on. */
  public int port() {
    return server.getPort();
  }

  /** Takes no new calls; those in flight go on. */
  void shutdown() {
    server.shutdown();
  }

  /** Waits for the calls in flight; false where some are still there after the time. */
  boolean awaitCalls(long timeoutMillis) throws InterruptedException {
    return server.awaitTermination(timeoutMillis, TimeUnit.MILLISECONDS);
  }

  /** Ends the calls that are left and gives back port and threads. */
  @Override
  public void close() {
    server.shutdownNow();
    stop(acceptor);
    stop(eventLoops);
  }

  private static void stop(EventLoopGroup threads) {
    threads
        .shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
  }

  /** Takes compressed requests without saying so in the headers of every answer. */
  private static DecompressorRegistry decompressors() {
    return DecompressorRegistry.emptyInstance()
        .with(new Codec.Gzip(), false)
        .with(Codec.Identity.NONE, false);
  }

  private static void secure(NettyServerBuilder builder, TlsFiles files) {
    try {
      builder.sslContext(
          GrpcSslContexts.forServer(files.certificate().toFile(), files.key().toFile()).build());
    } catch (SSLException e) {
      throw new UncheckedIOException(e);
    }
  }
}
