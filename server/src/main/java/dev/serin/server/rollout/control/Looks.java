package dev.serin.server.rollout.control;

import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.rollout.control.HeldRun.Counted;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what runs have counted, some at a time, so that flushes take turns with it. */
final class Looks {
  /** Runs of one question: their readings are of one moment. */
  static final int QUESTION_MAX = 50;

  /** How long an answer is waited for: a view that is busier than that is as good as away. */
  private static final Duration ANSWER_WAIT = Duration.ofSeconds(2);

  private static final Logger log = LoggerFactory.getLogger(Looks.class);

  private final CountedView view;
  private final LongSupplier nanoTime;

  /** Whether the log says already that nothing can be read. */
  private boolean away;

  Looks(CountedView view, LongSupplier nanoTime) {
    this.view = view;
    this.nanoTime = nanoTime;
  }

  /**
   * What was read of one run.
   *
   * @param age of it when it was read
   * @param nanos when, by the monotonic clock
   */
  record Seen(Counted counted, Duration age, long nanos) {}

  /** What was read of one run, or why that failed. */
  private record Read(Optional<Counted> counted, Optional<Throwable> failure) {}

  /**
   * Reads.
   *
   * @param failed told of runs that could not be read though the view could
   * @param between done before each question: one may take as long as the view is busy
   * @return of runs that could be read
   */
  Map<HeldRun, Seen> at(List<HeldRun> runs, HeldRuns failed, Runnable between) {
    Map<HeldRun, Seen> seen = new HashMap<>();
    for (int from = 0; from < runs.size(); from += QUESTION_MAX) {
      List<HeldRun> some = runs.subList(from, Math.min(runs.size(), from + QUESTION_MAX));
      between.run();
      if (!ask(some, seen, failed)) {
        break;
      }
    }
    return seen;
  }

  private boolean ask(List<HeldRun> runs, Map<HeldRun, Seen> seen, HeldRuns failed) {
    // Before it is asked: what is read after that is no older.
    Optional<Duration> age = view.age();
    long nanos = nanoTime.getAsLong();
    if (age.isEmpty()) {
      return unread("it is not loaded yet");
    }
    List<Function<MergedView, Counted>> questions = runs.stream().map(HeldRun::question).toList();
    CompletableFuture<List<Read>> answer =
        view.ask(counted -> questions.stream().map(question -> read(question, counted)).toList());
    List<Read> readings;
    try {
      readings = answer.get(ANSWER_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException | CancellationException e) {
      answer.cancel(false);
      return unread(String.valueOf(e.getCause() == null ? e : e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return unread("interrupted");
    }
    away = false;
    for (int i = 0; i < runs.size(); i++) {
      HeldRun run = runs.get(i);
      Read read = readings.get(i);
      read.counted().ifPresent(it -> seen.put(run, new Seen(it, age.get(), nanos)));
      read.failure().ifPresent(it -> failed.failed(run, it));
    }
    return true;
  }

  /** By the thread of the view: a run that cannot be read must not take others with it. */
  private static Read read(Function<MergedView, Counted> question, MergedView view) {
    try {
      return new Read(Optional.of(question.apply(view)), Optional.empty());
    } catch (RuntimeException | Error e) {
      return new Read(Optional.empty(), Optional.of(e));
    }
  }

  private boolean unread(String why) {
    if (!away) {
      log.warn("rollouts: what was counted cannot be read: {}; stages hold after 10 s", why);
    }
    away = true;
    return false;
  }
}
