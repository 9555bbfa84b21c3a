package dev.serin.loadtest.rollouts;

import dev.serin.client.outcome.Outcome;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.DecisionServiceGrpc.DecisionServiceStub;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Callers of all rollouts' features at a steady rate, who report what came of each answer.
 *
 * <p>So many calls are on their way at most; one that finds no room waits for it a moment, and is
 * then skipped. Without that bound callers that once fall behind ask for ever more answers, all of
 * which come after their deadlines: they never catch up, though the server has nothing to do.
 */
final class RolloutCallers implements AutoCloseable {
  /** Half of what the server takes on a connection: gRPC itself never queues calls. */
  static final int IN_FLIGHT_MAX = 500;

  /** For so long a call may find no room before it is skipped. */
  private static final double PATIENCE_SECONDS = 0.25;

  private static final int BEAT_MILLIS = 10;
  private static final int DEADLINE_SECONDS = 5;
  private static final double NANOS = 1e9;

  private final DecisionServiceStub stub;
  private final Predicate<Outcome> reporter;
  private final BooleanSupplier mayCall;
  private final List<WatchedRun> runs;
  private final double[] owed;
  private int next;
  private volatile double perSecond;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong answers = new AtomicLong();
  private volatile String lastFailure = "";
  private final Thread thread;

  /**
   * Begins to call for those runs that have begun.
   *
   * @param reporter takes outcomes without waiting; false: it dropped one
   * @param mayCall asked before each call; false: it is skipped
   * @param perSecond calls of each, of both arms together
   */
  RolloutCallers(
      Channel channel,
      Predicate<Outcome> reporter,
      BooleanSupplier mayCall,
      List<WatchedRun> runs,
      double perSecond) {
    this.stub = DecisionServiceGrpc.newStub(channel);
    this.reporter = reporter;
    this.mayCall = mayCall;
    this.runs = List.copyOf(runs);
    this.owed = new double[runs.size()];
    this.perSecond = perSecond;
    thread = Thread.ofPlatform().daemon().name("callers").start(this::run);
  }

  private void run() {
    long last = System.nanoTime();
    try {
      do {
        long now = System.nanoTime();
        double rate = perSecond;
        owe(rate * (now - last) / NANOS);
        last = now;
        call();
        // Calls that may not be made do not wait: they would all be made at once when they may.
        skip(mayCall.getAsBoolean() ? rate * PATIENCE_SECONDS : 0);
      } while (!closed.await(BEAT_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void owe(double due) {
    for (int i = 0; i < owed.length; i++) {
      if (runs.get(i).hasBegun()) {
        owed[i] += due;
      }
    }
  }

  /** A call of each run in turn, so that all get the same share of too little room. */
  private void call() {
    for (int without = 0; without < owed.length; next = (next + 1) % owed.length) {
      if (owed[next] < 1) {
        without++;
      } else if (inFlight.get() >= IN_FLIGHT_MAX || !mayCall.getAsBoolean()) {
        return;
      } else {
        owed[next]--;
        call(runs.get(next));
        without = 0;
      }
    }
  }

  private void skip(double patience) {
    for (int i = 0; i < owed.length; i++) {
      for (; owed[i] >= 1 + patience; owed[i]--) {
        runs.get(i).skipped();
      }
    }
  }

  private void call(WatchedRun run) {
    String user = run.user();
    inFlight.incrementAndGet();
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
                if (!reporter.test(run.answered(decision, user, Instant.now()))) {
                  failed("an outcome was dropped");
                }
              }

              @Override
              public void onError(Throwable failure) {
                failed(Status.fromThrowable(failure).toString());
                inFlight.decrementAndGet();
              }

              @Override
              public void onCompleted() {
                inFlight.decrementAndGet();
              }
            });
  }

  private void failed(String why) {
    lastFailure = why;
    failures.incrementAndGet();
  }

  /** Calls at another rate from now on: so many a second of each run. */
  void rate(double callsPerSecond) {
    perSecond = callsPerSecond;
  }

  long answers() {
    return answers.get();
  }

  /** Calls that were due and not made, of all runs. */
  long skips() {
    return runs.stream().mapToLong(WatchedRun::skips).sum();
  }

  /** Calls without an answer and outcomes without room. */
  long failures() {
    return failures.get();
  }

  /** What the last failure was; empty: there was none. */
  String lastFailure() {
    return lastFailure;
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
