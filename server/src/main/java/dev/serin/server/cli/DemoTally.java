package dev.serin.server.cli;

import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the demo's callers were answered: counts by feature and variant, in all and lately. Safe for
 * many threads.
 */
final class DemoTally {
  /** Seconds that "lately" is: a change shows at once and the shares do not jump. */
  static final int WINDOW_SECONDS = 10;

  private final Map<String, Map<String, Count>> counts = new TreeMap<>();
  private int seconds;
  private long answered;
  private long refused;
  private long reported;
  private long refusedOutcomes;
  private String lastRefusal = "";

  /** One variant's answers; each element of recent is a second. */
  private static final class Count {
    private long total;
    private long second;
    private final Deque<Long> recent = new ArrayDeque<>();
    private final Map<Reason, Long> reasons = new EnumMap<>(Reason.class);
    private String reason = "";

    long lately() {
      return recent.stream().mapToLong(Long::longValue).sum();
    }

    void tick() {
      recent.addLast(second);
      second = 0;
      if (recent.size() > WINDOW_SECONDS) {
        recent.removeFirst();
      }
      reasons.entrySet().stream()
          .max(Map.Entry.comparingByValue())
          .ifPresent(most -> reason = EvaluateCommand.name(most.getKey()));
      reasons.clear();
    }
  }

  /**
   * A row of the table.
   *
   * @param feature its key
   * @param variant its key
   * @param latelyShare part of the feature's answers of the last seconds, 0 to 1
   * @param totalShare part of all its answers, 0 to 1
   * @param perSecond answers a second, lately
   * @param count answers in all
   * @param reason the most frequent one of the last second that had any
   */
  record Row(
      String feature,
      String variant,
      double latelyShare,
      double totalShare,
      double perSecond,
      long count,
      String reason) {}

  synchronized void answered(String feature, EvaluateResponse decision) {
    Count count =
        counts
            .computeIfAbsent(feature, key -> new TreeMap<>())
            .computeIfAbsent(decision.getVariant(), key -> new Count());
    count.total++;
    count.second++;
    count.reasons.merge(decision.getReason(), 1L, Long::sum);
    answered++;
  }

  synchronized void refused(String why) {
    refused++;
    lastRefusal = why;
  }

  /** Outcomes were acknowledged, some of them as refused. */
  synchronized void reported(long outcomes, long refused) {
    reported += outcomes;
    refusedOutcomes += refused;
  }

  /** Outcomes that were counted. */
  synchronized long counted() {
    return reported - refusedOutcomes;
  }

  /** Outcomes that were refused. */
  synchronized long refusedOutcomes() {
    return refusedOutcomes;
  }

  /** A second is over. */
  synchronized void tick() {
    seconds = Math.min(WINDOW_SECONDS, seconds + 1);
    counts.values().forEach(variants -> variants.values().forEach(Count::tick));
  }

  synchronized long answered() {
    return answered;
  }

  synchronized long refused() {
    return refused;
  }

  /** Why the last refused call was; empty: none was. */
  synchronized String lastRefusal() {
    return lastRefusal;
  }

  /** The rows by feature and variant. */
  synchronized List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    counts.forEach(
        (feature, variants) -> {
          long lately = variants.values().stream().mapToLong(Count::lately).sum();
          long total = variants.values().stream().mapToLong(count -> count.total).sum();
          variants.forEach(
              (variant, count) ->
                  rows.add(
                      new Row(
                          feature,
                          variant,
                          share(count.lately(), lately),
                          share(count.total, total),
                          (double) count.lately() / Math.max(1, seconds),
                          count.total,
                          count.reason)));
        });
    return rows;
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
