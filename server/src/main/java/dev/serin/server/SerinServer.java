package dev.serin.server;

import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.ArrayList;
import java.util.List;

/**
 * A running server: the one place where everything is wired.
 *
 * <p>{@link #start} returns when it serves; {@link #close} drains and gives everything back.
 */
public final class SerinServer implements AutoCloseable {
  private final ServerConfig config;
  private final HealthStatusManager health;
  private final GrpcPort grpc;

  private SerinServer(ServerConfig config, HealthStatusManager health, GrpcPort grpc) {
    this.config = config;
    this.health = health;
    this.grpc = grpc;
  }

  /** Starts a server; {@link PortUnavailableException} where a port is taken. */
  public static SerinServer start(ServerConfig config) {
    var health = new HealthStatusManager();
    var services = new ArrayList<ServerServiceDefinition>();
    services.add(health.getHealthService().bindService());
    var server = new SerinServer(config, health, GrpcPort.open(config, List.copyOf(services)));
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING);
    return server;
  }

  /** The port gRPC is served on. */
  public int grpcPort() {
    return grpc.port();
  }

  /** The port HTTP is served on. */
  public int httpPort() {
    return config.http().getPort();
  }

  /**
   * Stops: health says not serving, no new calls are taken, calls in flight finish within the drain
   * timeout, the rest is ended. Returns when everything is given back; may be called twice.
   */
  @Override
  public void close() {
    health.enterTerminalState();
    grpc.shutdown();
    try {
      grpc.awaitCalls(config.drainTimeout().toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    grpc.close();
  }
}
