package dev.serin.server.rollout.monitor;

import dev.serin.server.rollout.monitor.SeenMetric.SeenEvidence;
import dev.serin.server.telemetry.Metrics;
import dev.serin.server.telemetry.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Shows where active runs stand and what they are judged by, and how the controller, the webhooks
 * and the notifications do. Runs are shown by the process that holds the lease, so that each is
 * shown once; at most {@value #RUNS_MAX} of them, in the order of their ids, and {@value
 * #EVIDENCE_MAX} series of their evidence.
 */
public final class RolloutMeters {
  /** Runs that are shown by themselves: as many as are meant to be active. */
  static final int RUNS_MAX = 1_000;

  /** Series of evidence: what a Prometheus takes from one target without pain. */
  static final int EVIDENCE_MAX = 10_000;

  /** All meters of a scrape are of one look. */
  private static final Duration LOOK = Duration.ofMillis(500);

  private static final List<String> RUN = List.of("namespace", "rollout", "feature");
  private static final List<String> STATE =
      List.of("namespace", "rollout", "feature", "run", "state");
  private static final List<String> EVIDENCE =
      List.of("namespace", "rollout", "metric", "role", "of");
  private static final double MILLIS_PER_SECOND = 1_000;

  private final Supplier<SeenRollouts> rollouts;
  private final LongSupplier nanoTime;
  private @Nullable SeenRollouts seen;
  private long seenNanos;

  /**
   * Meters of what is seen when somebody asks.
   *
   * @param rollouts asked at most twice a second; must not wait
   * @param nanoTime monotonic clock
   */
  public RolloutMeters(Supplier<SeenRollouts> rollouts, LongSupplier nanoTime) {
    this.rollouts = rollouts;
    this.nanoTime = nanoTime;
  }

  /** Shows them. */
  public void register(Metrics metrics) {
    registerRuns(metrics);
    registerController(metrics);
    registerHooks(metrics);
  }

  private void registerRuns(Metrics metrics) {
    metrics.gauges(
        "serin_rollout_state",
        "1: the state of an active run.",
        STATE,
        () ->
            once(
                shown().stream()
                    .map(run -> new Sample(with(names(run), run.run(), run.state()), 1))));
    runs(
        metrics,
        "serin_rollout_stage",
        "Number of an active run's stage, from 1; 0: none yet.",
        SeenRun::stage);
    runs(
        metrics,
        "serin_rollout_traffic_share",
        "Treatment's share of the split of an active run, 0 to 1; 0 while the kill switch is set.",
        SeenRun::share);
    runs(
        metrics,
        "serin_rollout_users",
        "Users of both arms in the stage of an active run.",
        SeenRun::users);
    evidence(
        metrics,
        "serin_rollout_evidence_log_e",
        "What the evidence says against a metric of an active run, as the natural logarithm of an"
            + " e-value; it alarms at its threshold.",
        SeenEvidence::logE);
    evidence(
        metrics,
        "serin_rollout_evidence_threshold",
        "Evidence at which a metric of an active run alarms, as a natural logarithm.",
        SeenEvidence::threshold);
    metrics.gauges(
        "serin_rollout_rolled_back_timestamp_seconds",
        "When a run of the rollout was last rolled back, in seconds since 1970.",
        List.of("namespace", "rollout"),
        () ->
            seen().rolledBack().stream()
                .map(
                    it ->
                        new Sample(
                            List.of(it.namespace(), it.rollout()),
                            it.time().toEpochMilli() / MILLIS_PER_SECOND))
                .toList());
    gauge(
        metrics,
        "serin_rollouts_active",
        "Active runs that this process acts for.",
        now -> now.runs().size());
  }

  private void registerController(Metrics metrics) {
    gauge(
        metrics,
        "serin_rollout_lease_held",
        "1: this process acts for all runs.",
        now -> now.leads() ? 1 : 0);
    gauge(
        metrics,
        "serin_rollouts_failing",
        "Active runs that cannot be read or decided: nothing happens to them but by command.",
        SeenRollouts::failing);
    counter(metrics, "serin_rollout_ticks", "Looks at all runs.", SeenRollouts::ticks);
    counter(
        metrics,
        "serin_rollout_ticks_failed",
        "Looks at all runs that failed: the store was away.",
        SeenRollouts::failedTicks);
    gauge(
        metrics,
        "serin_rollout_tick_seconds",
        "How long the last look at all runs took.",
        now -> seconds(now.lastTickTime()));
    gauge(
        metrics,
        "serin_rollout_tick_age_seconds",
        "Seconds since the end of the last look at all runs; 0: there was none yet.",
        now -> seconds(now.lastTickAge().orElse(Duration.ZERO)));
  }

  private void registerHooks(Metrics metrics) {
    gauge(
        metrics,
        "serin_rollout_gates_open",
        "Webhooks before stages that are being asked.",
        SeenRollouts::openGates);
    gauge(
        metrics,
        "serin_rollout_notifications_waiting",
        "Notifications that are not delivered, where this process delivers.",
        now -> now.notices().waiting());
    gauge(
        metrics,
        "serin_rollout_notifications_oldest_seconds",
        "Age of the oldest of them.",
        now -> now.notices().oldestMillis() / MILLIS_PER_SECOND);
    counter(
        metrics,
        "serin_rollout_notifications_delivered",
        "Notifications that were delivered.",
        now -> now.notices().delivered());
    counter(
        metrics,
        "serin_rollout_notifications_failed",
        "Attempts to deliver a notification that failed.",
        now -> now.notices().failures());
    counter(
        metrics,
        "serin_rollout_notifications_given_up",
        "Notifications that nobody tries to deliver any more.",
        now -> now.notices().givenUp());
  }

  private synchronized SeenRollouts seen() {
    long now = nanoTime.getAsLong();
    SeenRollouts last = seen;
    if (last == null || now - seenNanos >= LOOK.toNanos()) {
      last = rollouts.get();
      seen = last;
      seenNanos = now;
    }
    return last;
  }

  private List<SeenRun> shown() {
    List<SeenRun> runs = seen().runs();
    return runs.subList(0, Math.min(RUNS_MAX, runs.size()));
  }

  /** Each series once: one that comes twice would fail the whole scrape. */
  private static Collection<Sample> once(Stream<Sample> samples) {
    Map<List<String>, Sample> bySeries = new LinkedHashMap<>();
    samples.forEach(sample -> bySeries.putIfAbsent(sample.labels(), sample));
    return bySeries.values();
  }

  private void runs(Metrics metrics, String name, String help, ToDoubleFunction<SeenRun> value) {
    metrics.gauges(
        name,
        help,
        RUN,
        () -> once(shown().stream().map(run -> new Sample(names(run), value.applyAsDouble(run)))));
  }

  private void evidence(
      Metrics metrics, String name, String help, ToDoubleFunction<SeenEvidence> value) {
    metrics.gauges(
        name,
        help,
        EVIDENCE,
        () -> {
          List<Sample> samples = new ArrayList<>();
          for (SeenRun run : shown()) {
            run.metrics().forEach(metric -> add(samples, run, metric, value));
          }
          return once(samples.stream().limit(EVIDENCE_MAX));
        });
  }

  private static void add(
      List<Sample> samples, SeenRun run, SeenMetric metric, ToDoubleFunction<SeenEvidence> value) {
    List<String> labels =
        List.of(
            run.namespace(),
            run.rollout(),
            metric.metric(),
            metric.role() + (metric.dryRun() ? "_dry_run" : ""));
    metric
        .ofRun()
        .ifPresent(it -> samples.add(new Sample(with(labels, "run"), value.applyAsDouble(it))));
    metric
        .ofStage()
        .ifPresent(it -> samples.add(new Sample(with(labels, "stage"), value.applyAsDouble(it))));
  }

  private void gauge(
      Metrics metrics, String name, String help, ToDoubleFunction<SeenRollouts> value) {
    metrics.gauges(name, help, List.of(), one(value));
  }

  private void counter(
      Metrics metrics, String name, String help, ToDoubleFunction<SeenRollouts> value) {
    metrics.counters(name, help, List.of(), one(value));
  }

  private Supplier<Collection<Sample>> one(ToDoubleFunction<SeenRollouts> value) {
    return () -> List.of(new Sample(List.of(), value.applyAsDouble(seen())));
  }

  private static List<String> names(SeenRun run) {
    return List.of(run.namespace(), run.rollout(), run.feature());
  }

  private static List<String> with(List<String> labels, String... more) {
    List<String> all = new ArrayList<>(labels);
    all.addAll(List.of(more));
    return all;
  }

  private static double seconds(Duration time) {
    return time.toMillis() / MILLIS_PER_SECOND;
  }
}
