package dev.serin.loadtest.memory;

import dev.serin.loadtest.process.TemporaryDirectory;
import dev.serin.loadtest.report.Table;
import dev.serin.server.outcome.CommittedFeed;
import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.FrozenSizes;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.ledger.OpenSession;
import dev.serin.server.outcome.ledger.Progress;
import dev.serin.server.report.Exports;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code memory}: what many users cost in memory, at the start, in flushes and in questions. */
@Command(
    name = "memory",
    description = {
      "Counts an outcome of each user in each feature, with all its metrics, on an embedded store,",
      "and measures: heap for each user, the time to load it all at a start, the size of a flush"
          + " by",
      "what it changes, a flush of 5 000 sessions, and for how long questions and a generation of",
      "thinning hold the aggregator up. Give it a heap of 3 GB: JAVA_TOOL_OPTIONS=-Xmx3g."
    },
    mixinStandardHelpOptions = true)
public final class MemoryCommand implements Callable<Integer> {
  private static final int CHUNK = 5_000;
  private static final int SESSIONS = 5_000;
  private static final int WIDE_METRICS = 60;
  private static final int REPEATS = 5;
  private static final double MEGABYTE = 1 << 20;

  @Option(
      names = "--users",
      defaultValue = "1000000",
      description = "Distinct users. Default: ${DEFAULT-VALUE}.")
  private int users;

  @Option(
      names = "--features",
      defaultValue = "50",
      description = "Features that each of them reports to. Default: ${DEFAULT-VALUE}.")
  private int features;

  @Option(
      names = "--metrics",
      defaultValue = "5",
      description = "Metrics of each feature. Default: ${DEFAULT-VALUE}.")
  private int metrics;

  /** Created by the command line. */
  public MemoryCommand() {}

  @Override
  public Integer call() throws IOException {
    try (var directory = TemporaryDirectory.create()) {
      Path file = directory.path().resolve("serin.db");
      var population = new Population("feature-", features, metrics, users);
      try (var store = new CountingStore(file)) {
        fill(store, population);
        measureFlushes(store, population);
        measureSessions(store, population);
      }
      int units = measureStart(file);
      measureView(file, units);
    }
    return 0;
  }

  private void fill(CountingStore store, Population population) throws IOException {
    long empty = heap();
    int half = users / 2 / CHUNK * CHUNK;
    report(store, population, 0, half);
    long atHalf = heap();
    report(store, population, half, users);
    long full = heap();
    Table table = new Table("memory", "value");
    table.row("units", Integer.toString(store.view().unitCount()));
    table.row("heap, MB", "%.1f".formatted((full - empty) / MEGABYTE));
    table.row("of that estimated by the view, MB", megabytes(store.view().sizeBytes()));
    table.row("heap at half, MB", "%.1f".formatted((atHalf - empty) / MEGABYTE));
    table.row(
        "heap for each user more, bytes",
        "%.0f".formatted((full - atHalf) / (double) (users - half)));
    System.out.println(table.text());
  }

  private static String megabytes(long bytes) {
    return "%.1f".formatted(bytes / MEGABYTE);
  }

  private void report(CountingStore store, Population population, int from, int until)
      throws IOException {
    for (int user = from; user < until; user += CHUNK) {
      int first = user;
      int end = Math.min(until, user + CHUNK);
      store.flush(
          builder -> population.report(builder, first, end, population.features()), List.of());
    }
  }

  /** What is used once everything that is garbage is gone, what is folded meanwhile too. */
  private static long heap() throws IOException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 6; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
      rest(1);
    }
    return least;
  }

  private static void rest(int seconds) throws IOException {
    try {
      boolean never = new CountDownLatch(1).await(seconds, TimeUnit.SECONDS);
      assert !never;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void measureFlushes(CountingStore store, Population population) throws IOException {
    Table table = new Table("a flush of", "bytes", "encoded in ms", "transaction ms");
    row(table, store, "1 outcome of a known user", b -> population.report(b, 0, 1, 1));
    row(table, store, "1 000 of known users, 1 feature", b -> population.report(b, 0, 1_000, 1));
    row(
        table,
        store,
        "1 000 of new users, 1 feature",
        b -> population.report(b, users, users + 1_000, 1));
    row(
        table,
        store,
        "1 000 of known users, all features",
        b -> population.report(b, 0, 1_000, population.features()));
    System.out.println(table.text());
  }

  private static void row(
      Table table, CountingStore store, String title, Consumer<DeltaBuilder> counted)
      throws IOException {
    // The first of them makes new users known ones: its size counts.
    CountingStore.Taken first = store.flush(counted, List.of());
    List<CountingStore.Taken> more = new ArrayList<>();
    for (int i = 0; i < REPEATS; i++) {
      more.add(store.flush(counted, List.of()));
    }
    table.row(
        title,
        Integer.toString(first.bytes()),
        millis(more.stream().mapToLong(CountingStore.Taken::encodeNanos).min().orElseThrow()),
        millis(more.stream().mapToLong(CountingStore.Taken::transactionNanos).max().orElseThrow()));
  }

  private static String millis(long nanos) {
    return "%.2f".formatted(nanos / 1e6);
  }

  private void measureSessions(CountingStore store, Population population) throws IOException {
    List<OpenSession> sessions = store.open(SESSIONS);
    Table table = new Table("5 000 sessions, an outcome each", "bytes", "encoded ms", "written ms");
    for (int i = 1; i <= 2 * REPEATS; i++) {
      long sequence = i;
      CountingStore.Taken taken =
          store.flush(
              builder -> population.report(builder, 0, SESSIONS, 1),
              sessions.stream().map(session -> new Progress(session, sequence)).toList());
      table.row(
          "flush " + i,
          Integer.toString(taken.bytes()),
          millis(taken.encodeNanos()),
          millis(taken.transactionNanos()));
    }
    System.out.println(table.text());
  }

  private int measureStart(Path file) throws IOException {
    int units = users + 1_000;
    Table table = new Table("a start on " + megabytes(Files.size(file)) + " MB", "seconds");
    for (int i = 1; i <= 3; i++) {
      table.row("until questions are answered", "%.2f".formatted(Restart.nanos(file, units) / 1e9));
    }
    System.out.println(table.text());
    return units;
  }

  /** What else holds the owner of the view up. */
  private void measureView(Path file, int units) throws IOException {
    try (var store = new CountingStore(file);
        var exports = new Exports(new CommittedFeed())) {
      MergedView view = store.view();
      while (view.unitCount() < units || !store.isLoaded()) {
        rest(1);
      }
      DeltaBuilder builder = new DeltaBuilder(view);
      new Population("wide-", 1, WIDE_METRICS, users).report(builder, 0, users, 1);
      view.apply(builder.build());
      Table table = new Table("questions", "questions", "longest hold ms", "call ms");
      for (String feature : List.of("feature-0", "wide-0")) {
        int ofFeature = feature.startsWith("wide") ? WIDE_METRICS : metrics;
        Questions questions = new Questions(view, exports, ofFeature);
        String title = ofFeature + " metrics: ";
        row(table, title + "compare", questions.compare(feature));
        row(table, title + "series, half a day", questions.series(feature, true));
        row(table, title + "series, an hour", questions.series(feature, false));
      }
      System.out.println(table.text());
      thin(view);
    }
  }

  private static void row(Table table, String title, Questions.Taken taken) {
    table.row(
        title,
        Integer.toString(taken.questions()),
        "%.1f".formatted(taken.holdMillis()),
        "%.1f".formatted(taken.callMillis()));
  }

  private static void thin(MergedView view) {
    Table table = new Table("a generation of thinning", "ms");
    long begin = System.nanoTime();
    FrozenSizes next = view.nextGeneration();
    table.row("sizes", millis(System.nanoTime() - begin));
    begin = System.nanoTime();
    view.thin(next);
    table.row("half of the units go", millis(System.nanoTime() - begin));
    begin = System.nanoTime();
    long size = view.sizeBytes();
    table.row("size of the view (" + megabytes(size) + " MB)", millis(System.nanoTime() - begin));
    System.out.print(table.text());
  }
}
