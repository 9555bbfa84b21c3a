package dev.serin.loadtest.rollouts;

import dev.serin.loadtest.process.Installation;
import dev.serin.loadtest.process.ServerUnderTest;
import dev.serin.loadtest.process.TemporaryDirectory;
import dev.serin.loadtest.report.Samples;
import dev.serin.loadtest.report.Table;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rollouts}: seconds from a regression to nobody being served it, end to end. */
@Command(
    name = "rollouts",
    description = {
      "Rollouts side by side on a server of their own, each with callers of its own: each request"
          + " a",
      "new user, whose error is reported. Prints for each margin how long it took from the onset"
          + " of",
      "a regression until nobody was given the treatment any more, and until the run was",
      "ROLLED_BACK; with --worse as large as --usual, how many were rolled back for nothing.",
      "Skipped is the share of calls that were due and not made, because too many were without",
      "an answer: what is measured then is a lower rate.",
      "",
      "The regression late in the stage: --onset 600 and --onset 1800.",
      "Nothing worse: --worse 0.005 --rollouts 200 --margins 0 --rate 5 --limit 320."
    },
    mixinStandardHelpOptions = true)
public final class RolloutsCommand implements Callable<Integer> {
  private static final double NINE_IN_TEN = 0.9;
  private static final int WARM_SECONDS = 10;
  private static final double PERCENT = 100;
  private static final double INFINITE = Double.POSITIVE_INFINITY;

  @Option(
      names = "--rollouts",
      defaultValue = "20",
      description = "Rollouts of each margin. Default: ${DEFAULT-VALUE}.")
  private int rollouts;

  @Option(
      names = "--margins",
      split = ",",
      defaultValue = "0,0.25",
      description = "Relative margins of the guardrail. Default: ${DEFAULT-VALUE}.")
  private List<Double> margins;

  @Option(
      names = "--rate",
      defaultValue = "50",
      description = "Requests a second of each arm. Default: ${DEFAULT-VALUE}.")
  private double rate;

  @Option(
      names = "--usual",
      defaultValue = "0.005",
      description = "Share of requests that fail. Default: ${DEFAULT-VALUE}.")
  private double usual;

  @Option(
      names = "--worse",
      defaultValue = "0.05",
      description = "Share of the treatment's that fail from the onset on. Default: 0.05.")
  private double worse;

  @Option(
      names = "--onset",
      defaultValue = "0",
      description = "Seconds into the stage. Default: ${DEFAULT-VALUE}.")
  private int onsetSeconds;

  @Option(
      names = "--limit",
      defaultValue = "120",
      description = "Seconds that are waited after the onset. Default: ${DEFAULT-VALUE}.")
  private int limitSeconds;

  @Option(
      names = "--stage",
      defaultValue = "3600",
      description = "Dwell of the stage, in seconds. Default: ${DEFAULT-VALUE}.")
  private int stageSeconds;

  @Option(
      names = "--seed",
      defaultValue = "20261122",
      description = "Seed of what fails. Default: ${DEFAULT-VALUE}.")
  private long seed;

  /** Created by the command line. */
  public RolloutsCommand() {
    margins = List.of();
  }

  @Override
  public Integer call() throws IOException {
    var settings =
        new RolloutSettings(
            rollouts,
            margins,
            rate,
            usual,
            worse,
            Duration.ofSeconds(onsetSeconds),
            Duration.ofSeconds(limitSeconds),
            Duration.ofSeconds(stageSeconds),
            seed);
    try (var directory = TemporaryDirectory.create();
        var server =
            ServerUnderTest.start(
                // Room for every user of an hour, so that none is thinned.
                Installation.own()
                    .server(directory.path().resolve("data"), "--outcome-units", "33554432"),
                directory.path().resolve("server.log"))) {
      Duration before = server.cpu();
      List<WatchedRun> runs =
          new RolloutsRun(settings, WARM_SECONDS, System.err::println).on(server.grpcPort());
      System.out.print(table(settings, runs));
      System.out.printf("server: %.1f s of CPU%n", seconds(server.cpu().minus(before)));
    }
    return 0;
  }

  /** One row for each margin. */
  static String table(RolloutSettings settings, List<WatchedRun> runs) {
    var table =
        new Table(
            "margin",
            "rollouts",
            "skipped %",
            "rolled back",
            "before the onset",
            "nobody served, median s",
            "p90",
            "ROLLED_BACK, median s",
            "p90");
    for (double margin : settings.margins()) {
      List<WatchedRun> those = runs.stream().filter(run -> run.margin() == margin).toList();
      table.row(
          String.format(Locale.ROOT, "%.2f", margin),
          Integer.toString(those.size()),
          String.format(Locale.ROOT, "%.2f", PERCENT * skippedShare(those)),
          Long.toString(those.stream().filter(WatchedRun::isRolledBack).count()),
          settings.isHealthy()
              ? ""
              : Long.toString(those.stream().filter(WatchedRun::isFalseAlarm).count()),
          text(those, WatchedRun::untilNobodyServed, 0.5),
          text(those, WatchedRun::untilNobodyServed, NINE_IN_TEN),
          text(those, WatchedRun::untilSaid, 0.5),
          text(those, WatchedRun::untilSaid, NINE_IN_TEN));
    }
    return table.text();
  }

  /** Of the calls that were due, the share that was not made: 0 to 1. */
  static double skippedShare(List<WatchedRun> runs) {
    double skipped = runs.stream().mapToLong(WatchedRun::skips).sum();
    double made = runs.stream().mapToLong(WatchedRun::calls).sum();
    return skipped == 0 ? 0 : skipped / (skipped + made);
  }

  /** The seconds within which a share of all rollouts got there; empty: fewer did. */
  private static String text(
      List<WatchedRun> runs, Function<WatchedRun, Optional<Duration>> time, double share) {
    double seconds = within(runs, time, share);
    return Double.isInfinite(seconds) ? "" : String.format(Locale.ROOT, "%.1f", seconds);
  }

  /** The same as a number; infinite: fewer did. */
  static double within(
      List<WatchedRun> runs, Function<WatchedRun, Optional<Duration>> time, double share) {
    return new Samples(
            runs.stream()
                .mapToDouble(run -> time.apply(run).map(RolloutsCommand::seconds).orElse(INFINITE))
                .toArray())
        .quantile(share);
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1e3;
  }
}
