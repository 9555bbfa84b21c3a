package dev.serin.server.cli;

import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.simulation.World;
import dev.serin.server.rollout.simulation.World.EventRates;
import dev.serin.server.rollout.simulation.World.Outage;
import dev.serin.server.rollout.simulation.World.ValueShape;
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
  private static final double USUAL_RATE = 0.005;

  /** Mean and deviation of values. */
  private static final double USUAL_VALUE = 100;

  @Option(
      names = "--requests",
      paramLabel = "N",
      defaultValue = "100",
      description = "Requests to the split per second (default: 100).")
  private double requestsPerSecond;

  @Option(
      names = "--baseline",
      paramLabel = "METRIC=VALUE",
      description = {
        "What the control shows: errors=0.005, the rate of an event by request (default: 0.005);",
        "latency=120:300, mean and deviation of a value (default: 100:100). Repeatable."
      })
  private Map<String, String> baselines = new LinkedHashMap<>();

  @Option(
      names = "--regressed",
      paramLabel = "METRIC=VALUE",
      description = {
        "The treatment from the onset on: the rate of an event, or the mean of values, whose",
        "quantiles grow with it. Repeatable."
      })
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
      description = {
        "How much the rates of events of a --population's users differ for good, as a coefficient",
        "of variation."
      })
  private double variation;

  @Option(
      names = "--drift",
      paramLabel = "SHARE",
      defaultValue = "0",
      description = "Relative change of rates and values by an hour, both arms alike: -0.1.")
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
    boolean inRange =
        requestsPerSecond >= World.MIN_REQUESTS_PER_SECOND
            && requestsPerSecond <= World.MAX_REQUESTS_PER_SECOND;
    if (!inRange) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--requests %s (expected: %s to %s)"
              .formatted(
                  requestsPerSecond, World.MIN_REQUESTS_PER_SECOND, World.MAX_REQUESTS_PER_SECOND));
    }
    if (variation != 0 && population == 0) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--variation " + variation + ": no user comes again (expected: --population N with it)");
    }
    List<EventRates> events = new ArrayList<>();
    List<ValueShape> values = new ArrayList<>();
    for (String metric : known) {
      add(metric, kind(metric, file.known()), events, values);
    }
    try {
      Optional<Outage> outage =
          outageAt == null
              ? Optional.empty()
              : Optional.of(new Outage(outageAt, outageFor, outageRate));
      return new World(requestsPerSecond, population, variation, events, values, drift, outage);
    } catch (IllegalArgumentException outOfRange) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(outOfRange.getMessage()));
    }
  }

  private static Optional<JudgedMetric.Kind> kind(String metric, List<JudgedMetric> known) {
    return known.stream()
        .filter(one -> one.plan().metric().equals(metric))
        .map(JudgedMetric::kind)
        .findFirst();
  }

  /** Adds what is stated of one metric, or the usual of its kind. */
  private void add(
      String metric,
      Optional<JudgedMetric.Kind> kind,
      List<EventRates> events,
      List<ValueShape> values) {
    Duration begin = onset == null ? Duration.ZERO : onset;
    Optional<BaselineText> stated =
        Optional.ofNullable(baselines.get(metric)).map(text -> BaselineText.read(metric, text));
    boolean event =
        kind.map(it -> it == JudgedMetric.Kind.EVENT)
            .orElseGet(() -> stated.map(it -> it.deviation().isEmpty()).orElse(true));
    if (stated.filter(it -> it.deviation().isEmpty() != event).isPresent()) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--baseline %s=%s: %s"
              .formatted(
                  metric,
                  baselines.get(metric),
                  event
                      ? "an event (expected: RATE)"
                      : "no event (expected: MEAN:DEVIATION of its values)"));
    }
    try {
      double control = stated.map(BaselineText::value).orElse(event ? USUAL_RATE : USUAL_VALUE);
      double treatment = regressed.getOrDefault(metric, control);
      if (event) {
        events.add(new EventRates(metric, control, treatment, begin));
      } else {
        double deviation = stated.map(it -> it.deviation().orElseThrow()).orElse(USUAL_VALUE);
        values.add(new ValueShape(metric, control, deviation, treatment, begin));
      }
    } catch (IllegalArgumentException outOfRange) {
      throw new CommandFailure(ExitCode.USAGE, metric + ": " + outOfRange.getMessage());
    }
  }
}
