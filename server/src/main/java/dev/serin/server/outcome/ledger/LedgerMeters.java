package dev.serin.server.outcome.ledger;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What the ledger shows of itself. */
final class LedgerMeters {
  private final MeterRegistry registry;
  private final Timer flushed;
  private final Timer failed;
  private final DistributionSummary flushBytes;
  private final DistributionSummary flushSessions;
  private final Timer claims;
  private final Counter inDoubt;
  private final Counter retired;

  LedgerMeters(MeterRegistry registry, Unfolded unfolded) {
    this.registry = registry;
    flushed = flushSeconds("committed");
    failed = flushSeconds("failed");
    flushBytes =
        DistributionSummary.builder("serin.outcome.flush.size")
            .baseUnit("bytes")
            .description("What a flush of outcomes adds to the store.")
            .register(registry);
    flushSessions =
        DistributionSummary.builder("serin.outcome.flush.sessions")
            .description("Sessions that a flush of outcomes brings forward.")
            .register(registry);
    claims =
        Timer.builder("serin.outcome.claim")
            .description("Transactions that open sessions, many at once.")
            .register(registry);
    inDoubt =
        Counter.builder("serin.outcome.commits.in.doubt")
            .description("Flushes whose commit was not answered and had to be looked up.")
            .register(registry);
    retired =
        Counter.builder("serin.outcome.replicas.retired")
            .description("Silent replicas that this one took over from.")
            .register(registry);
    Gauge.builder("serin.outcome.unfolded.deltas", unfolded, Unfolded::count)
        .description("Flushes of this replica that are not merged into bases yet.")
        .register(registry);
  }

  /** Shows what bases take. */
  void bases(Supplier<Number> bytes) {
    Gauge.builder("serin.outcome.base", bytes)
        .baseUnit("bytes")
        .description("What is counted as this replica's bases in the store have it.")
        .register(registry);
  }

  private Timer flushSeconds(String result) {
    return Timer.builder("serin.outcome.flush")
        .description("Flushes of outcomes, from their first try to their end.")
        .tag("result", result)
        .register(registry);
  }

  void committed(PreparedFlush flush, long nanos) {
    flushed.record(nanos, TimeUnit.NANOSECONDS);
    flushBytes.record(flush.body().length);
    flushSessions.record(flush.sessions().size());
  }

  void failed(long nanos) {
    failed.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A transaction that answered claims. */
  void claimed(long nanos) {
    claims.record(nanos, TimeUnit.NANOSECONDS);
  }

  void inDoubt() {
    inDoubt.increment();
  }

  void retired(int count) {
    retired.increment(count);
  }

  void claimed(String result) {
    Counter.builder("serin.outcome.claims")
        .description("Openings of sessions that were asked for.")
        .tag("result", result)
        .register(registry)
        .increment();
  }
}
