package dev.serin.client.outcome;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerTransportFilter;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/** A server with a {@link CountingService}: in this process, or on a loopback port. */
final class Replica implements AutoCloseable {
  final CountingService service;

  /** Connections it ever had. */
  final AtomicInteger connections = new AtomicInteger();

  private final Server server;

  private Replica(TestLedger ledger, io.grpc.ServerBuilder<?> builder) {
    service = new CountingService(ledger);
    try {
      server =
          builder
              .directExecutor()
              .addService(service)
              .addTransportFilter(
                  new ServerTransportFilter() {
                    @Override
                    public Attributes transportReady(Attributes attributes) {
                      connections.incrementAndGet();
                      return attributes;
                    }
                  })
              .build()
              .start();
    } catch (IOException taken) {
      throw new IllegalStateException(taken);
    }
  }

  static Replica inProcess(TestLedger ledger, String name) {
    return new Replica(ledger, InProcessServerBuilder.forName(name));
  }

  static Replica onLoopback(TestLedger ledger, int port) {
    return new Replica(
        ledger, Grpc.newServerBuilderForPort(port, InsecureServerCredentials.create()));
  }

  /** How a reporter reaches a replica in this process. */
  static ManagedChannelBuilder<?> transport(String name) {
    return InProcessChannelBuilder.forName(name).directExecutor();
  }

  int port() {
    return server.getPort();
  }

  String target() {
    return "127.0.0.1:" + port();
  }

  /** Killed: what was not committed is gone. */
  @Override
  public void close() {
    service.kill();
    server.shutdownNow();
    boolean interrupted = false;
    while (!server.isTerminated()) {
      try {
        server.awaitTermination();
      } catch (InterruptedException early) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
