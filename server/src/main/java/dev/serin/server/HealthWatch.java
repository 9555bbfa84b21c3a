package dev.serin.server;

import dev.serin.server.catalog.RefresherStatus;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.FeatureServiceGrpc;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * What gRPC health says: decisions are served once every namespace is loaded, with or without the
 * store; changes are served while the store is there.
 */
final class HealthWatch implements AutoCloseable {
  /** How often the state is looked at; a change of it is told at once to who watches. */
  private static final long INTERVAL_MILLIS = 250;

  private final HealthStatusManager health = new HealthStatusManager();
  private final Supplier<RefresherStatus> status;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().name("serin-health").daemon().unstarted(task));
  private final AtomicBoolean closed = new AtomicBoolean();

  HealthWatch(Supplier<RefresherStatus> status) {
    this.status = status;
    tell(false, false);
  }

  /** The service itself. */
  ServerServiceDefinition service() {
    return health.getHealthService().bindService();
  }

  /** Begins to tell; the first time before it returns. */
  void start() {
    look();
    var _ =
        thread.scheduleWithFixedDelay(
            this::look, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    RefresherStatus now = status.get();
    tell(now.ready(), now.ready() && now.storeError().isEmpty());
  }

  private void tell(boolean decisions, boolean changes) {
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, serving(decisions));
    health.setStatus(DecisionServiceGrpc.SERVICE_NAME, serving(decisions));
    health.setStatus(FeatureServiceGrpc.SERVICE_NAME, serving(changes));
  }

  private static ServingStatus serving(boolean serving) {
    return serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }

  /** Says that nothing is served any more, for good; may be called twice. */
  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      thread.shutdownNow();
      health.enterTerminalState();
    }
  }
}
