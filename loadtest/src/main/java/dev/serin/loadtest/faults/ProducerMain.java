package dev.serin.loadtest.faults;

import dev.serin.client.outcome.Outcome;
import dev.serin.client.outcome.OutcomeReporter;
import dev.serin.client.outcome.OutcomeReporterBuilder;
import dev.serin.client.outcome.ReporterStats;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * The process of a producer: reports outcomes of one unit each, until it is killed or its input
 * ends; then it waits until all of them are acknowledged.
 *
 * <p>Arguments: target, producer, decision token, prefix of units, journal, spool (empty: none).
 */
final class ProducerMain {
  /** Name of the metric: each outcome says that it happened. */
  static final String METRIC = "happened";

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final Duration END = Duration.ofSeconds(90);

  private ProducerMain() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    String token = arguments[2];
    String units = arguments[3];
    Journal journal = Journal.create(Path.of(arguments[4]));
    OutcomeReporterBuilder builder =
        OutcomeReporter.builder(arguments[1]).target(arguments[0]).plaintext();
    if (!arguments[5].isEmpty()) {
      builder.spool(Path.of(arguments[5]));
    }
    AtomicBoolean ending = new AtomicBoolean();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (System.in.read() >= 0) {}
              } catch (IOException e) {
                // As the end of it.
              }
              ending.set(true);
            });
    OutcomeReporter reporter = builder.build();
    long reported = 0;
    while (!ending.get()) {
      journal.reported(++reported);
      if (!reporter.report(Outcome.ofToken(token, units + reported).event(METRIC))) {
        // At its bound while no server answers: this one was not taken.
        journal.reported(--reported);
      }
      journal.kept(kept(reporter.stats()));
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    boolean all = reporter.close(END);
    ReporterStats stats = reporter.stats();
    journal.kept(kept(stats));
    if (!all || stats.refused() > 0 || stats.lost() > 0) {
      System.err.println("not all acknowledged: " + stats);
    }
    System.exit(all && stats.refused() == 0 && stats.lost() == 0 ? 0 : 1);
  }

  /** Outcomes of this process that outlive it: acknowledged, or in the spool. */
  private static long kept(ReporterStats stats) {
    return Math.max(0, stats.acknowledged() + stats.spooled() - stats.recovered());
  }
}
