package dev.serin.server.cli;

import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.simulation.World;
import dev.serin.server.rollout.simulation.World.EventRates;
import dev.serin.server.rollout.simulation.World.Outage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is true in a simulated world. */
final class WorldOptions {
  private static final double DEFAULT_BASELINE = 0.005;

  @Option(
      names = "--requests",
      paramLabel = "N",
      defaultValue = "100",
      description = "Requests to the split per second (default: 100).")
  private double requestsPerSecond;

  @Option(
      names = "--baseline",
      paramLabel = "METRIC=RATE",
      description = "Rate of an event in the control (default: 0.005). Repeatable.")
  private Map<String, Double> baselines = new LinkedHashMap<>();

  @Option(
      names = "--regressed",
      paramLabel = "METRIC=RATE",
      description = "Rate of an event in the treatment from the onset on. Repeatable.")
  private Map<String, Double> regressed = new LinkedHashMap<>();

  @Option(
      names = "--onset",
      paramLabel = "TIME",
      converter = CallOptions.Seconds.class,
      description = "When the regression begins, after the start (default: at the start).")
  private @Nullable Duration onset;

  @Option(
      names = "--population",
      paramLabel = "N",
      defaultValue = "0",
      description = "Users who come again and again (default: each request is a new user).")
  private int population;

  @Option(
      names = "--variation",
      paramLabel = "CV",
      defaultValue = "0",
      description = "How much users' rates differ for good, as a coefficient of variation.")
  private double variation;

  @Option(
      names = "--drift",
      paramLabel = "SHARE",
      defaultValue = "0",
      description = "Relative change of all rates by an hour, both arms alike: -0.1.")
  private double drift;

  @Option(
      names = "--outage-at",
      paramLabel = "TIME",
      converter = CallOptions.Seconds.class,
      description = "When both arms fail, after the start (default: never).")
  private @Nullable Duration outageAt;

  @Option(
      names = "--outage-for",
      paramLabel = "TIME",
      defaultValue = "10m",
      converter = CallOptions.Seconds.class,
      description = "How long (default: 10m).")
  private Duration outageFor = Duration.ZERO;

  @Option(
      names = "--outage-rate",
      paramLabel = "RATE",
      defaultValue = "0.05",
      description = "Rate of all events meanwhile (default: 0.05).")
  private double outageRate;

  /** The world for a plan's metrics; numbers out of range are wrong usage. */
  World of(RolloutFile file) {
    Set<String> known = new LinkedHashSet<>();
    file.plan().metrics().stream().map(MetricPlan::metric).forEach(known::add);
    file.checkMetrics("--baseline", baselines.keySet());
    file.checkMetrics("--regressed", regressed.keySet());
    if (known.isEmpty()) {
      throw new CommandFailure(ExitCode.USAGE, "-f: no metrics (expected: at least one)");
    }
    Duration begin = onset == null ? Duration.ZERO : onset;
    try {
      List<EventRates> events = new ArrayList<>();
      for (String metric : known) {
        double baseline = baselines.getOrDefault(metric, DEFAULT_BASELINE);
        events.add(
            new EventRates(metric, baseline, regressed.getOrDefault(metric, baseline), begin));
      }
      Optional<Outage> outage =
          outageAt == null
              ? Optional.empty()
              : Optional.of(new Outage(outageAt, outageFor, outageRate));
      return new World(requestsPerSecond, population, variation, events, drift, outage);
    } catch (IllegalArgumentException outOfRange) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(outOfRange.getMessage()));
    }
  }
}
