package dev.serin.server.outcome;

import dev.serin.server.error.ErrorReason;
import dev.serin.server.telemetry.Metrics;
import dev.serin.server.telemetry.Sample;
import dev.serin.v1.RefusalReason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** What operators see of the outcomes that come in. Counting neither locks nor waits. */
final class OutcomeMeters {
  private static final String REFUSED_PREFIX = "REFUSAL_REASON_";

  private static final double MILLIS_PER_SECOND = 1_000;

  private final LongAdder counted = new LongAdder();
  private final LongAdder skipped = new LongAdder();
  private final LongAdder displayedOnly = new LongAdder();
  private final LongAdder unread = new LongAdder();
  private final LongAdder unitsElsewhere = new LongAdder();
  private final Map<RefusalReason, LongAdder> refused = new ConcurrentHashMap<>();
  private final Map<ErrorReason, LongAdder> ended = new ConcurrentHashMap<>();

  /** A message became durable. */
  void counted(OutcomeLog log) {
    counted.add(log.size());
    if (log.unitsElsewhere() > 0) {
      unitsElsewhere.add(log.unitsElsewhere());
    }
  }

  void skipped(long outcomes) {
    skipped.add(outcomes);
  }

  void refused(Refusal refusal) {
    if (refusal.displayed()) {
      displayedOnly.increment();
    } else {
      refused.computeIfAbsent(refusal.reason(), reason -> new LongAdder()).increment();
    }
  }

  /** How many outcomes were refused. */
  long refusedTotal() {
    return refused.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** A call was ended for a reason of ours. */
  void ended(ErrorReason reason) {
    ended.computeIfAbsent(reason, ending -> new LongAdder()).increment();
  }

  /** Streams began, or ended, to have acknowledgements that their clients do not read. */
  void unread(int streams) {
    unread.add(streams);
  }

  /**
   * Shows all of them.
   *
   * @param status what becomes of outcomes now
   */
  void register(Metrics metrics, Supplier<OutcomesStatus> status, IngestRoom room) {
    counter(metrics, "serin_outcomes_counted", "Outcomes and exposures made durable.", counted);
    counter(metrics, "serin_outcomes_skipped", "Outcomes that were seen before.", skipped);
    counter(
        metrics,
        "serin_outcomes_displayed_only",
        "Outcomes that are no evidence, as they have no token.",
        displayedOnly);
    counter(
        metrics,
        "serin_outcome_unit_mismatches",
        "Outcomes and exposures whose unit is drawn for another variant than their token names,"
            + " where they count.",
        unitsElsewhere);
    metrics.counters(
        "serin_outcomes_refused",
        "Outcomes that were refused, by reason.",
        List.of("reason"),
        () -> {
          List<Sample> samples = new ArrayList<>();
          refused.forEach(
              (reason, count) ->
                  samples.add(sample(reason.name().substring(REFUSED_PREFIX.length()), count)));
          return samples;
        });
    metrics.counters(
        "serin_outcome_calls_ended",
        "Streams and batches that ended other than well, by reason.",
        List.of("reason"),
        () -> {
          List<Sample> samples = new ArrayList<>();
          ended.forEach((reason, count) -> samples.add(sample(reason.name(), count)));
          return samples;
        });
    gauge(
        metrics,
        "serin_outcome_streams",
        "Streams of outcomes that are open.",
        () -> status.get().streams());
    gauge(
        metrics,
        "serin_outcome_batches",
        "Batches of outcomes that are open.",
        () -> status.get().batches());
    gauge(
        metrics,
        "serin_outcome_sessions",
        "Sessions of producers that are open here.",
        () -> status.get().ledger().sessions());
    gauge(
        metrics,
        "serin_outcome_ledger_up",
        "1: outcomes become durable; 0: the ledger has not begun or has ended, or the store fails.",
        () -> status.get().ledger().isUp() ? 1 : 0);
    gauge(
        metrics,
        "serin_outcome_flush_age_seconds",
        "Time that the oldest outcome has waited to become durable; 0: none waits.",
        () -> seconds(status.get().oldestPendingMillis()));
    metrics.gauges(
        "serin_outcome_last_flush_age_seconds",
        "Time since outcomes became durable; absent: none did since the start.",
        List.of(),
        () -> ofMillis(status.get().ledger().lastFlushAgeMillis()));
    metrics.gauges(
        "serin_outcome_view_age_seconds",
        "Time since what is shown and judged held all that replicas had flushed; absent: it is not"
            + " loaded yet.",
        List.of(),
        () -> ofMillis(status.get().ledger().viewAgeMillis()));
    gauge(
        metrics,
        "serin_outcome_streams_unread",
        "Streams with acknowledgements that their clients do not read.",
        unread::sum);
    gauge(
        metrics,
        "serin_outcome_room_bytes",
        "Bytes of outcomes that are received and not durable.",
        room::heldBytes);
    gauge(
        metrics,
        "serin_outcome_arriving_bytes",
        "Bytes of messages above 4 KiB that have arrived in part.",
        room::arrivingBytes);
    gauge(
        metrics,
        "serin_outcome_streams_waiting",
        "Streams that are not read until there is room.",
        room::waiting);
  }

  /** Shows how large the view is. */
  static void register(Metrics metrics, ViewKeeper keeper) {
    gauge(
        metrics,
        "serin_outcome_units",
        "Distinct units in memory; beyond --outcome-units half of them are kept.",
        () -> keeper.shape().units());
    gauge(
        metrics,
        "serin_outcome_thinning_level",
        "One unit in 2^level is kept.",
        () -> keeper.shape().level());
    gauge(
        metrics,
        "serin_outcome_view_bytes",
        "About what all that was counted takes in memory, names aside.",
        () -> keeper.shape().bytes());
  }

  private static Collection<Sample> ofMillis(OptionalLong millis) {
    return millis.isEmpty() ? List.of() : one(seconds(millis.getAsLong()));
  }

  private static double seconds(long millis) {
    return millis / MILLIS_PER_SECOND;
  }

  private static Sample sample(String label, LongAdder count) {
    return new Sample(List.of(label), count.sum());
  }

  private static void counter(Metrics metrics, String name, String help, LongAdder count) {
    metrics.counters(name, help, List.of(), () -> one((double) count.sum()));
  }

  private static void gauge(Metrics metrics, String name, String help, DoubleSupplier value) {
    metrics.gauges(name, help, List.of(), () -> one(value.getAsDouble()));
  }

  private static Collection<Sample> one(double value) {
    return List.of(new Sample(List.of(), value));
  }
}
