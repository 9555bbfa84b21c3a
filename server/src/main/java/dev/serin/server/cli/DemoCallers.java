package dev.serin.server.cli;

import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.DecisionServiceGrpc.DecisionServiceStub;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The demo's callers: users that come back in no order, each asking for one feature, at a steady
 * rate, through the public API.
 */
final class DemoCallers implements AutoCloseable {
  /** How often a handful of calls is sent. */
  private static final int BEAT_MILLIS = 50;

  private static final double NANOS_PER_SECOND = 1e9;

  /** Calls in flight; while so many wait for an answer no more are sent. */
  private static final int MAX_IN_FLIGHT = 500;

  /** How long an answer may take. */
  private static final int DEADLINE_MILLIS = 2_000;

  private final List<String> features;
  private final DecisionServiceStub stub;
  private final DemoTally tally;
  private final DemoOutcomes outcomes;
  private final Random random;
  private final Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT);
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * Callers that have not begun.
   *
   * @param features the features they ask for
   * @param outcomes what they did with the answers
   * @param seed of the order in which users and features come
   */
  DemoCallers(
      List<String> features,
      ManagedChannel channel,
      DemoTally tally,
      DemoOutcomes outcomes,
      long seed) {
    this.features = features;
    this.stub = DecisionServiceGrpc.newStub(channel);
    this.tally = tally;
    this.outcomes = outcomes;
    this.random = new Random(seed);
  }

  /** Begins to call; once. */
  void start(int callsPerSecond) {
    Thread thread = new Thread(() -> run(callsPerSecond), "demo-callers");
    thread.setDaemon(true);
    thread.start();
  }

  private void run(int callsPerSecond) {
    long last = System.nanoTime();
    double owed = 0;
    try {
      do {
        long now = System.nanoTime();
        double due = owed + (double) callsPerSecond * (now - last) / NANOS_PER_SECOND;
        // A machine that was busy for long is not made busier: what is older is forgotten.
        owed = send(Math.min(due, callsPerSecond));
        last = now;
      } while (!closed.await(BEAT_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends as many calls as are whole; what is left of one is returned. */
  private double send(double calls) {
    double left = calls;
    for (; left >= 1; left--) {
      if (inFlight.tryAcquire()) {
        call(features.get(random.nextInt(features.size())), 1 + random.nextInt(DemoUsers.COUNT));
      }
    }
    return left;
  }

  private void call(String feature, int user) {
    EvaluateRequest request =
        EvaluateRequest.newBuilder()
            .setFeature(feature)
            .setUserKey(DemoUsers.key(user))
            .setAttributes(DemoUsers.attributes(user))
            .build();
    stub.withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
        .evaluate(
            request,
            new StreamObserver<>() {
              @Override
              public void onNext(EvaluateResponse decision) {
                tally.answered(feature, decision);
                outcomes.after(feature, user, decision);
              }

              @Override
              public void onError(Throwable failure) {
                inFlight.release();
                Status status = Status.fromThrowable(failure);
                tally.refused(feature + ": " + status.getCode() + " " + status.getDescription());
              }

              @Override
              public void onCompleted() {
                inFlight.release();
              }
            });
  }

  /** Sends no more calls; those in flight end by themselves. */
  @Override
  public void close() {
    closed.countDown();
  }
}
