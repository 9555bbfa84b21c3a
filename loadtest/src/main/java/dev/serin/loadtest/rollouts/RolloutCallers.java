package dev.serin.loadtest.rollouts;

import dev.serin.client.outcome.OutcomeReporter;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.DecisionServiceGrpc.DecisionServiceStub;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Callers of all rollouts' features at a steady rate, who report what came of each answer. */
final class RolloutCallers implements AutoCloseable {
  private static final int BEAT_MILLIS = 10;
  private static final int DEADLINE_SECONDS = 5;
  private static final double NANOS = 1e9;

  private final DecisionServiceStub stub;
  private final OutcomeReporter reporter;
  private final List<WatchedRun> runs;
  private final double perSecond;
  private final long unreportedMax;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong answers = new AtomicLong();
  private volatile String lastFailure = "";
  private final Thread thread;

  /**
   * Begins to call for those runs that have begun.
   *
   * @param perSecond calls of each, of both arms together
   * @param unreportedMax with so many outcomes on their way nobody calls: those of a service whose
   *     reports do not get through any more
   */
  RolloutCallers(
      ManagedChannel channel,
      OutcomeReporter reporter,
      List<WatchedRun> runs,
      double perSecond,
      long unreportedMax) {
    this.stub = DecisionServiceGrpc.newStub(channel);
    this.reporter = reporter;
    this.runs = List.copyOf(runs);
    this.perSecond = perSecond;
    this.unreportedMax = unreportedMax;
    thread = Thread.ofPlatform().daemon().name("callers").start(this::run);
  }

  private void run() {
    double[] owed = new double[runs.size()];
    long last = System.nanoTime();
    try {
      do {
        long now = System.nanoTime();
        double due = perSecond * (now - last) / NANOS;
        last = now;
        for (int i = 0; i < owed.length; i++) {
          WatchedRun run = runs.get(i);
          if (run.hasBegun() && reporter.stats().queued() < unreportedMax) {
            owed[i] += due;
            for (; owed[i] >= 1; owed[i]--) {
              call(run);
            }
          }
        }
      } while (!closed.await(BEAT_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void call(WatchedRun run) {
    String user = run.user();
    stub.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .evaluate(
            EvaluateRequest.newBuilder()
                .setNamespace(RolloutDocuments.NAMESPACE)
                .setFeature(run.key())
                .setUserKey(user)
                .build(),
            new StreamObserver<>() {
              @Override
              public void onNext(EvaluateResponse decision) {
                answers.incrementAndGet();
                if (!reporter.report(run.answered(decision, user, Instant.now()))) {
                  failed("an outcome was dropped");
                }
              }

              @Override
              public void onError(Throwable failure) {
                failed(Status.fromThrowable(failure).toString());
              }

              @Override
              public void onCompleted() {}
            });
  }

  private void failed(String why) {
    failures.incrementAndGet();
    lastFailure = why;
  }

  long answers() {
    return answers.get();
  }

  /** Calls without an answer and outcomes without room, with the last one's reason. */
  String failures() {
    return failures.get() == 0 ? "" : failures + " calls failed, the last: " + lastFailure;
  }

  /** Calls no more. */
  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
