package dev.serin.server.cli;

import dev.serin.v1.AnalysisServiceGrpc;
import dev.serin.v1.AnalysisServiceGrpc.AnalysisServiceBlockingStub;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.EvaluateResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What the demo's users do with what they get, reported and looked at each second, by a thread of
 * its own: a table is shown though a server takes its time.
 */
final class DemoOutcomes implements AutoCloseable {
  /** How long a comparison may take. */
  private static final int DEADLINE_MILLIS = 2_000;

  private final Set<String> features;
  private final DemoBehaviour behaviour;
  private final DemoReporter reporter;
  private final AnalysisServiceBlockingStub analysis;
  private final DemoTally tally;
  private final DemoFigures figures = new DemoFigures();
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * Outcomes that nobody has reported yet.
   *
   * @param features those that have outcomes: of one split, by user
   * @param seed of what users do
   */
  DemoOutcomes(List<String> features, ManagedChannel channel, DemoTally tally, long seed) {
    this.features = Set.copyOf(features);
    this.behaviour = new DemoBehaviour(seed);
    this.reporter = new DemoReporter(channel, tally, UUID.randomUUID());
    this.analysis = AnalysisServiceGrpc.newBlockingStub(channel);
    this.tally = tally;
  }

  /** Begins to report; once. */
  void start() {
    Thread thread = new Thread(this::run, "demo-outcomes");
    thread.setDaemon(true);
    thread.start();
  }

  /** A user was answered. */
  void after(String feature, int user, EvaluateResponse decision) {
    if (features.contains(feature)) {
      reporter.report(behaviour.after(feature, user, decision), Instant.now());
    }
  }

  /** What the server makes of them. */
  DemoFigures figures() {
    return figures;
  }

  private void run() {
    try {
      while (!closed.await(1, TimeUnit.SECONDS)) {
        reporter.send(Instant.now());
        features.forEach(this::compare);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void compare(String feature) {
    try {
      figures.put(
          feature,
          analysis
              .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
              .compareVariants(CompareVariantsRequest.newBuilder().setFeature(feature).build()));
    } catch (StatusRuntimeException failure) {
      Status status = failure.getStatus();
      tally.refused(feature + " compared: " + status.getCode() + " " + status.getDescription());
    }
  }

  /** Reports no more; a batch on its way ends by itself. */
  @Override
  public void close() {
    closed.countDown();
  }
}
