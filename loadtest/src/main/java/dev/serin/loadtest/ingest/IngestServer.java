package dev.serin.loadtest.ingest;

import dev.serin.loadtest.process.Cores;
import dev.serin.loadtest.process.Installation;
import dev.serin.loadtest.process.ServerUnderTest;
import dev.serin.loadtest.process.TemporaryDirectory;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** A server of its own on an embedded store, with the feature that outcomes are reported of. */
final class IngestServer implements AutoCloseable {
  private final TemporaryDirectory directory;
  private final ServerUnderTest server;
  private final InetSocketAddress address;
  private final List<String> tokens;

  private IngestServer(TemporaryDirectory directory, ServerUnderTest server) {
    this.directory = directory;
    this.server = server;
    address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.grpcPort());
    ManagedChannel channel = NettyChannelBuilder.forAddress(address).usePlaintext().build();
    try {
      tokens = IngestFeatures.create(channel);
    } finally {
      channel.shutdownNow();
    }
  }

  /** Starts one on the server's cores. */
  static IngestServer start(Cores cores) throws IOException {
    TemporaryDirectory directory = TemporaryDirectory.create();
    ServerUnderTest server = null;
    try {
      server =
          ServerUnderTest.start(
              cores.onServerCore(Installation.own().server(directory.path().resolve("data"))),
              directory.path().resolve("server.log"));
      return new IngestServer(directory, server);
    } catch (IOException | RuntimeException failure) {
      if (server != null) {
        server.close();
      }
      directory.close();
      throw failure;
    }
  }

  InetSocketAddress address() {
    return address;
  }

  /** A decision token of each variant. */
  List<String> tokens() {
    return tokens;
  }

  /** CPU time that the server has taken. */
  Duration cpu() throws IOException {
    return server.cpu();
  }

  @Override
  public void close() throws IOException {
    server.close();
    directory.close();
  }
}
