package dev.serin.loadtest.decisions;

import dev.serin.loadtest.decisions.Scenario.Contestant;
import dev.serin.loadtest.report.Table;
import dev.serin.server.rollout.simulation.SimulationResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code decisions}: how often and how soon rollouts are judged rightly, by Serin and others. */
@Command(
    name = "decisions",
    description = {
      "Simulates whole rollouts through the real judge and state machine, and other controllers'",
      "judges on the same draws: false alarms, detection, false promotions. Writes the tables of",
      "docs/statistics.md; progress goes to standard error. Minutes to an hour."
    },
    mixinStandardHelpOptions = true)
public final class DecisionsCommand implements Callable<Integer> {
  private static final Set<String> TABLES =
      Set.of(DetectionTable.NAME, WholeRunTable.NAME, MixedRunTable.NAME, RatioTable.NAME);

  /** Parts of a table's runs that are told of. */
  private static final int STEPS = 10;

  @Option(
      names = "--table",
      description = "One of detection, runs, mixed, ratio. Repeatable; default: all.")
  private List<String> tables = List.of();

  @Option(
      names = "--runs",
      defaultValue = "600",
      description = "Runs for each row and judge. Default: ${DEFAULT-VALUE}.")
  private int runs;

  @Option(
      names = "--seed",
      defaultValue = "2026",
      description = "Seed of all draws. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--row",
      description = "Rows whose names begin so. Repeatable; default: all. Not of ratio.")
  private List<String> rows = List.of();

  @Option(
      names = "--judge",
      description = "Judges whose names begin so. Repeatable; default: all. Not of ratio.")
  private List<String> judges = List.of();

  @Option(names = "--csv", description = "Write every figure to this file too.")
  private @Nullable Path csv;

  private final StringBuilder lines =
      new StringBuilder(
          "table,row,judge,runs,seed,false_alarms,detected,median,p90,timed_out,completed,"
              + "false_promotions,undecided\n");

  /** Created by the command line. */
  public DecisionsCommand() {}

  @Override
  public Integer call() throws IOException {
    if (runs < 1) {
      throw new IllegalArgumentException("--runs " + runs + " (expected: 1 or more)");
    }
    for (String table : tables) {
      if (!TABLES.contains(table)) {
        throw new IllegalArgumentException(
            "--table " + table + " (expected: one of detection, runs, mixed, ratio)");
      }
    }
    if (isWanted(DetectionTable.NAME)) {
      simulate(DetectionTable.scenarios(seed));
    }
    if (isWanted(WholeRunTable.NAME)) {
      simulate(WholeRunTable.scenarios(seed));
    }
    if (isWanted(MixedRunTable.NAME)) {
      simulate(MixedRunTable.scenarios(seed));
    }
    if (isWanted(RatioTable.NAME)) {
      ratio();
    }
    if (csv != null) {
      Files.writeString(csv, lines, StandardCharsets.UTF_8);
    }
    return 0;
  }

  private boolean isWanted(String table) {
    return tables.isEmpty() || tables.contains(table);
  }

  private static boolean isNamed(List<String> beginnings, String name) {
    return beginnings.isEmpty() || beginnings.stream().anyMatch(name::startsWith);
  }

  private void simulate(List<Scenario> scenarios) {
    for (Scenario scenario : scenarios) {
      if (!isNamed(rows, scenario.name())) {
        continue;
      }
      Table table =
          new Table(
              scenario.name(),
              "false alarms",
              "detected",
              "median s",
              "p90 s",
              "completed",
              "false promotions",
              "undecided");
      for (Contestant contestant : scenario.contestants()) {
        if (!isNamed(judges, contestant.name())) {
          continue;
        }
        String what = scenario.table() + ", " + scenario.name() + ", " + contestant.name();
        SimulationResult result =
            contestant.simulation().run(contestant.judge(), runs, progress(what));
        table.row(
            contestant.name(),
            share(result.falseAlarms()),
            share(result.detected()),
            seconds(result.medianToDetect()),
            seconds(result.p90ToDetect()),
            share(result.completed()),
            share(result.falsePromotions()),
            share(result.undecided()));
        line(scenario, contestant, result);
      }
      print(table);
    }
  }

  private void line(Scenario scenario, Contestant contestant, SimulationResult result) {
    begin(scenario.table(), scenario.name(), contestant.name())
        .append(result.falseAlarms())
        .append(',')
        .append(result.detected())
        .append(',')
        .append(seconds(result.medianToDetect()))
        .append(',')
        .append(seconds(result.p90ToDetect()))
        .append(',')
        .append(result.timedOut())
        .append(',')
        .append(result.completed())
        .append(',')
        .append(result.falsePromotions())
        .append(',')
        .append(result.undecided())
        .append('\n');
  }

  private void ratio() {
    Table table = new Table("arms, users", "judge", "alarms", "median users");
    for (RatioTable.Row row : RatioTable.ROWS) {
      for (RatioTable.Outcome outcome :
          RatioTable.run(row, runs, seed, progress(RatioTable.NAME + ", " + row.name()))) {
        String median =
            outcome.medianUsers().isPresent()
                ? Long.toString(outcome.medianUsers().getAsLong())
                : "";
        table.row(row.name(), outcome.judge(), share(outcome.alarms()), median);
        boolean kept = row.promised() == row.truth();
        begin(RatioTable.NAME, row.name(), outcome.judge())
            .append(kept ? outcome.alarms() : 0)
            .append(',')
            .append(kept ? 0 : outcome.alarms())
            .append(',')
            .append(median)
            .append(",,,,,\n");
      }
    }
    print(table);
  }

  private StringBuilder begin(String table, String row, String judge) {
    return lines
        .append(table)
        .append(",\"")
        .append(row)
        .append("\",\"")
        .append(judge)
        .append("\",")
        .append(runs)
        .append(',')
        .append(seed)
        .append(',');
  }

  /** Tells of each tenth of the runs; called by any thread. */
  private IntConsumer progress(String what) {
    int step = Math.max(1, runs / STEPS);
    PrintWriter to = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    return done -> {
      if (done % step == 0 || done == runs) {
        to.println(what + ": " + done + " of " + runs);
      }
    };
  }

  private static void print(Table table) {
    System.out.println(table.text());
  }

  private String share(int count) {
    return String.format(Locale.ROOT, "%.4f", (double) count / runs);
  }

  private static String seconds(Optional<Duration> time) {
    return time.map(one -> Long.toString(one.toSeconds())).orElse("");
  }
}
