package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Threads with contexts of their own read the same as one alone, while snapshots are replaced. */
class ConcurrentReadersTest {
  private static final int READERS = 4;
  private static final int SNAPSHOTS = 60;
  private static final int CALLS = 30;
  private static final long PATIENCE_SECONDS = 60;

  /** What is read at the moment; each replaced only after some reader has read all of it once. */
  private record Published(int number, Snapshot snapshot, CountDownLatch read) {}

  private final List<Call> calls = new ArrayList<>();
  private final List<SnapshotSource> sources = new ArrayList<>();
  private final List<List<String>> expected = new ArrayList<>();

  @Test
  void evaluate_whileSnapshotsAreReplaced_answersAsOneThreadAlone() throws Exception {
    prepare();
    Snapshot first = SnapshotCompiler.compile(sources.get(0), null);
    var current = new AtomicReference<>(new Published(0, first, new CountDownLatch(1)));
    CountDownLatch started = new CountDownLatch(READERS);
    ExecutorService threads = Executors.newFixedThreadPool(READERS);
    try {
      List<Future<Integer>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        readers.add(threads.submit(() -> read(current, started)));
      }
      await(started);
      for (int number = 1; number < SNAPSHOTS; number++) {
        Published before = current.get();
        Snapshot next = SnapshotCompiler.compile(sources.get(number), before.snapshot);
        await(before.read);
        current.set(new Published(number, next, new CountDownLatch(1)));
      }
      for (Future<Integer> reader : readers) {
        assertThat(reader.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isPositive();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private void prepare() {
    RandomCalls random = new RandomCalls(11);
    for (int i = 0; i < CALLS; i++) {
      calls.add(random.next());
    }
    RandomNamespace namespace = new RandomNamespace(11);
    EvaluationContext context = new EvaluationContext();
    for (int i = 0; i < SNAPSHOTS; i++) {
      sources.add(namespace.source());
      Snapshot alone = SnapshotCompiler.compile(namespace.source(), null);
      expected.add(calls.stream().map(call -> answers(context, call, alone)).toList());
      namespace.edit();
    }
  }

  /** Reads until it has read the last snapshot; returns how many times it has read one. */
  private int read(AtomicReference<Published> current, CountDownLatch started) {
    EvaluationContext context = new EvaluationContext();
    started.countDown();
    int rounds = 0;
    Published published;
    do {
      published = current.get();
      for (int i = 0; i < CALLS; i++) {
        assertThat(answers(context, calls.get(i), published.snapshot))
            .as("snapshot %d, call %d", published.number, i)
            .isEqualTo(expected.get(published.number).get(i));
      }
      published.read.countDown();
      rounds++;
    } while (published.number < SNAPSHOTS - 1);
    return rounds;
  }

  private static String answers(EvaluationContext context, Call call, Snapshot snapshot) {
    call.beginWithStrings(context, snapshot);
    StringBuilder answers = new StringBuilder();
    for (CompiledFeature feature : snapshot.features()) {
      Decision decision = feature.evaluate(context);
      answers.append(feature.key()).append(' ').append(decision.token()).append(' ');
      answers.append(decision).append(' ').append(context.unitHash(decision)).append('\n');
    }
    return answers.toString();
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }
}
