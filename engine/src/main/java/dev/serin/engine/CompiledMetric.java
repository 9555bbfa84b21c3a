package dev.serin.engine;

import dev.serin.v1.BetterDirection;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.MissingMeans;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A metric as outcomes are counted by it. Immutable.
 *
 * @param key what outcomes report its values under
 * @param kind what is made of the values
 * @param measure what its numbers are of (ms, CNY); may be empty
 * @param lowerIsBetter which direction is better: down, or up
 * @param cap values above are counted as this; positive infinity: there is no cap
 * @param zeroWhenMissing true: an outcome without a value had the value 0; false: says nothing
 * @param numerator key of a ratio's numerator; empty: no ratio
 * @param denominator key of a ratio's denominator; empty: no ratio
 * @param when of an event that is made of another metric's values; null: no such event
 * @param min the lowest value that is taken: 0, or the lowest of all where negative ones make sense
 * @param fingerprint 32 bits that say how it is counted: whatever of the definition decides that
 *     changes them. Values counted under two fingerprints are never added
 * @param revision namespace revision of what declares it: at which the metric's document last
 *     changed, or, of a feature's own metric, the feature's revision
 */
public record CompiledMetric(
    String key,
    MetricKind kind,
    String measure,
    boolean lowerIsBetter,
    double cap,
    boolean zeroWhenMissing,
    String numerator,
    String denominator,
    @Nullable EventRule when,
    double min,
    int fingerprint,
    long revision) {
  /** Measures of time, which no value is below 0 of. */
  private static final Set<String> TIMES = Set.of("ns", "us", "ms", "s", "min", "h", "d");

  static CompiledMetric of(Metric metric, long revision) {
    return new CompiledMetric(
        metric.getKey(),
        metric.getKind(),
        metric.getMeasure(),
        metric.getBetter() == BetterDirection.BETTER_DIRECTION_LOWER,
        cap(metric),
        isZeroWhenMissing(metric),
        metric.getNumerator(),
        metric.getDenominator(),
        metric.hasWhen() ? EventRule.of(metric.getWhen()) : null,
        min(metric),
        fingerprint(metric),
        revision);
  }

  /**
   * Returns whether outcomes report its values: not those of a ratio, nor those of an event that is
   * made of another metric's.
   */
  public boolean isReported() {
    return switch (kind) {
      case METRIC_KIND_EVENT -> when == null;
      case METRIC_KIND_MEAN, METRIC_KIND_QUANTILE -> true;
      case METRIC_KIND_RATIO, METRIC_KIND_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }

  /**
   * Returns whether an outcome may report a value: what is refused is never counted. Of an event
   * that is 0 or 1; of a mean or a quantile a number of at most {@link Limits#MAX_METRIC_VALUE},
   * and not below {@link #min}; of what is not {@link #isReported} nothing.
   */
  public boolean accepts(double value) {
    return switch (kind) {
      case METRIC_KIND_EVENT -> when == null && (value == 0 || value == 1);
      // False of NaN.
      case METRIC_KIND_MEAN, METRIC_KIND_QUANTILE ->
          value >= min && value <= Limits.MAX_METRIC_VALUE;
      case METRIC_KIND_RATIO, METRIC_KIND_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }

  /** Returns what an accepted value is counted as. */
  public double counted(double value) {
    return Math.min(value, cap);
  }

  private static double cap(Metric metric) {
    return metric.hasCap() ? metric.getCap() : Double.POSITIVE_INFINITY;
  }

  private static boolean isZeroWhenMissing(Metric metric) {
    return metric.getMissing() == MissingMeans.MISSING_MEANS_ZERO;
  }

  static double min(Metric metric) {
    return metric.getKind() == MetricKind.METRIC_KIND_MEAN && !TIMES.contains(metric.getMeasure())
        ? -Limits.MAX_METRIC_VALUE
        : 0;
  }

  /**
   * The upper half of the XXH3 hash of: kind (1 byte, its number), 1 if a missing value is zero,
   * else 0 (1 byte), cap (8 bytes, IEEE 754, infinity: none), then measure, numerator and
   * denominator, each as a length byte pair and UTF-8; of an event that is made of another metric's
   * values then that metric's key like them, and both limits like the cap; all big-endian. Stored
   * with what is counted, so it stays as it is.
   */
  public static int fingerprint(Metric metric) {
    EventRule when = metric.hasWhen() ? EventRule.of(metric.getWhen()) : null;
    byte[][] texts = {
      utf8(metric.getMeasure()),
      utf8(metric.getNumerator()),
      utf8(metric.getDenominator()),
      when == null ? new byte[0] : utf8(when.metric()),
    };
    int count = when == null ? texts.length - 1 : texts.length;
    int size = 2 + Double.BYTES + (when == null ? 0 : 2 * Double.BYTES);
    for (int i = 0; i < count; i++) {
      size += Short.BYTES + texts[i].length;
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(size)
            .put((byte) metric.getKindValue())
            .put((byte) (isZeroWhenMissing(metric) ? 1 : 0))
            .putDouble(cap(metric));
    for (int i = 0; i < count; i++) {
      bytes.putShort((short) texts[i].length).put(texts[i]);
    }
    if (when != null) {
      bytes.putDouble(when.above()).putDouble(when.below());
    }
    return (int) (Bucketing.hash(bytes.array(), 0, size) >>> Integer.SIZE);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
