package dev.serin.server;

import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.Outcome;
import dev.serin.v1.OutcomeServiceGrpc;
import dev.serin.v1.ReportOutcomeBatchRequest;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * New users who ask for a feature and tell what happened: events with a probability of the variant
 * that they were given. A server that is away is asked again.
 */
final class SimulatedCallers implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMillis(50);

  private final String feature;
  private final int usersOfPeriod;
  private final Map<String, Map<String, Double>> events;
  private final Random random;
  private final Channel channel;
  private final AtomicLong users = new AtomicLong();
  private final AtomicReference<String> refused = new AtomicReference<>("");
  private final Map<String, AtomicLong> served = new ConcurrentHashMap<>();
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

  /**
   * Callers who begin at once.
   *
   * @param usersPerSecond 20 or more
   * @param events by metric: probability by variant; others have none
   */
  SimulatedCallers(
      Channel channel,
      String feature,
      int usersPerSecond,
      Map<String, Map<String, Double>> events,
      long seed) {
    this.channel = channel;
    this.feature = feature;
    this.events = events;
    usersOfPeriod = (int) (usersPerSecond * PERIOD.toMillis() / 1_000);
    random = new Random(seed);
    var _ = thread.scheduleAtFixedRate(this::call, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** How many were given a variant. */
  long served(String variant) {
    AtomicLong count = served.get(variant);
    return count == null ? 0 : count.get();
  }

  /** What was refused last; empty: nothing was. */
  String refused() {
    return refused.get();
  }

  private void call() {
    ReportOutcomeBatchRequest.Builder batch = ReportOutcomeBatchRequest.newBuilder();
    try {
      for (int i = 0; i < usersOfPeriod; i++) {
        batch.addOutcomes(outcome("user-" + feature + "-" + users.incrementAndGet()));
      }
      var answer =
          OutcomeServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(5, TimeUnit.SECONDS)
              .reportOutcomeBatch(batch.build());
      if (answer.getRefusalsCount() > 0) {
        refused.set(answer.getRefusals(0).toString());
      }
    } catch (StatusRuntimeException away) {
      // The next users ask anew.
    }
  }

  private Outcome outcome(String user) {
    EvaluateResponse answer =
        DecisionServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(5, TimeUnit.SECONDS)
            .evaluate(EvaluateRequest.newBuilder().setFeature(feature).setUserKey(user).build());
    served.computeIfAbsent(answer.getVariant(), key -> new AtomicLong()).incrementAndGet();
    Outcome.Builder outcome =
        Outcome.newBuilder().setDecisionToken(answer.getDecisionToken()).setUnitKey(user);
    // In one order, so that a seed gives the same draws.
    for (Map.Entry<String, Map<String, Double>> event : new TreeMap<>(events).entrySet()) {
      double rate = event.getValue().getOrDefault(answer.getVariant(), 0.0);
      outcome.putValues(event.getKey(), random.nextDouble() < rate ? 1 : 0);
    }
    return outcome.build();
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
