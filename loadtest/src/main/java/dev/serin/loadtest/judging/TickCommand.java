package dev.serin.loadtest.judging;

import dev.serin.loadtest.report.Samples;
import dev.serin.loadtest.report.Table;
import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.rollout.evidence.RunReader;
import dev.serin.server.rollout.policy.MetricEvidence;
import dev.serin.server.rollout.policy.Verdict;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tick}: what it costs to judge all rollouts once. */
@Command(
    name = "tick",
    description = {
      "Judges many runs of rollouts with three events, a mean and a quantile, second by second, in",
      "the middle of an A/B test of a quarter of the users, and measures the CPU time of what the",
      "controller does in memory in a tick: reading what was counted, testing it, the judge, and",
      "the machine. No message is made, no store is asked: loadtest/run controller does. In each",
      "second a part of the runs gets new users. Give it 6 GB: JAVA_TOOL_OPTIONS=-Xmx6g."
    },
    mixinStandardHelpOptions = true)
public final class TickCommand implements Callable<Integer> {
  private static final Instant NOW = Instant.ofEpochMilli(1_760_000_000_000L);
  private static final double NANOS_OF_MILLI = 1e6;

  /** New users of a run in a second. */
  private static final int NEW_USERS = 40;

  private static final Duration TICK = Duration.ofSeconds(1);

  /** Half an hour of the stage is over before the first tick. */
  private static final Instant BEGAN = NOW.minus(Duration.ofMinutes(30));

  @Option(
      names = "--runs",
      defaultValue = "1000",
      description = "Active runs. Default: ${DEFAULT-VALUE}.")
  private int runs;

  @Option(
      names = "--changed",
      defaultValue = "100",
      description = "Runs with new outcomes in each tick. Default: ${DEFAULT-VALUE}.")
  private int changed;

  @Option(
      names = "--users",
      defaultValue = "4000",
      description =
          "Users of a run's split at first, a quarter in each arm. Default: ${DEFAULT-VALUE}.")
  private int users;

  @Option(
      names = "--ticks",
      defaultValue = "60",
      description = "Ticks, the first third of them to warm up. Default: ${DEFAULT-VALUE}.")
  private int ticks;

  /** Created by the command line. */
  public TickCommand() {}

  private enum Part {
    READ("reading what was counted"),
    TEST("means and quantiles"),
    JUDGE("the judge, with its events"),
    MOVE("the machine"),
    ALL("a tick");

    private final String title;

    Part(String title) {
      this.title = title;
    }
  }

  @Override
  public Integer call() {
    if (runs < 1 || changed < 0 || changed > runs || users < 1 || ticks < 3) {
      throw new IllegalArgumentException(
          "--runs %d --changed %d --users %d --ticks %d".formatted(runs, changed, users, ticks)
              + " (expected: 1 or more, 0 to runs, 1 or more, 3 or more)");
    }
    Random random = new Random(1);
    MergedView view = new MergedView();
    List<JudgedRun> all = new ArrayList<>();
    for (int number = 0; number < runs; number++) {
      JudgedRun run = new JudgedRun(number, BEGAN);
      all.add(run);
      report(view, run, 0, users, NOW, random);
    }
    List<Map<Part, Double>> measured = new ArrayList<>();
    int next = users;
    for (int tick = 0; tick < ticks; tick++) {
      Instant now = NOW.plus(TICK.multipliedBy(tick + 1));
      for (int i = 0; i < changed; i++) {
        JudgedRun run = all.get((tick * changed + i) % runs);
        report(view, run, next, next + NEW_USERS, now, random);
      }
      next += NEW_USERS;
      Map<Part, Double> tickMillis = tick(view, all, now);
      if (tick >= ticks / 3) {
        measured.add(tickMillis);
      }
    }
    Table table = new Table("CPU ms", "median", "p90", "most");
    for (Part part : Part.values()) {
      Samples samples =
          new Samples(
              measured.stream().mapToDouble(millis -> millis.getOrDefault(part, 0.0)).toArray());
      table.row(
          part.title,
          "%.1f".formatted(samples.median()),
          "%.1f".formatted(samples.quantile(0.9)),
          "%.1f".formatted(samples.max()));
    }
    System.out.println(table.text());
    return 0;
  }

  private static void report(
      MergedView view, JudgedRun run, int first, int end, Instant now, Random random) {
    DeltaBuilder builder = new DeltaBuilder(view);
    run.report(builder, first, end, now.toEpochMilli(), random);
    view.apply(builder.build());
  }

  private static Map<Part, Double> tick(MergedView view, List<JudgedRun> all, Instant now) {
    long begin = cpuNanos();
    List<RunReader.Reading> readings = new ArrayList<>(all.size());
    for (JudgedRun run : all) {
      readings.add(run.read(view));
    }
    long read = cpuNanos();
    List<Map<String, MetricEvidence>> evidence = new ArrayList<>(all.size());
    for (int i = 0; i < all.size(); i++) {
      evidence.add(all.get(i).test(readings.get(i)));
    }
    long tested = cpuNanos();
    List<Verdict> verdicts = new ArrayList<>(all.size());
    for (int i = 0; i < all.size(); i++) {
      Verdict verdict = all.get(i).judge(readings.get(i), evidence.get(i), now, TICK);
      verdicts.add(verdict);
      if (verdict.readings().size() != evidence.get(i).size()) {
        throw new IllegalStateException(
            "readings: %d (expected: %d)"
                .formatted(verdict.readings().size(), evidence.get(i).size()));
      }
    }
    long judged = cpuNanos();
    int moves = 0;
    for (int i = 0; i < all.size(); i++) {
      moves += all.get(i).move(verdicts.get(i), now, TICK) ? 1 : 0;
    }
    long moved = cpuNanos();
    if (moves > 0) {
      System.err.println("moves: " + moves + " (expected: none, or a hold now and then)");
    }
    return Map.of(
        Part.READ, (read - begin) / NANOS_OF_MILLI,
        Part.TEST, (tested - read) / NANOS_OF_MILLI,
        Part.JUDGE, (judged - tested) / NANOS_OF_MILLI,
        Part.MOVE, (moved - judged) / NANOS_OF_MILLI,
        Part.ALL, (moved - begin) / NANOS_OF_MILLI);
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
