package dev.serin.server.outcome.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogHistogramTest {
  /** Half the width of a bin, as a share of its values. */
  private static final double FINE_ERROR = Math.pow(2, 1. / 64) - 1;

  private static final double COARSE_ERROR = Math.pow(2, 1. / 16) - 1;

  private final Random random = new Random(20_261_122);

  @Test
  void table_everyEntry_isTheFirstDoubleNotBelowItsRoot() {
    for (int i = 0; i < LogBins.BINS_PER_OCTAVE; i++) {
      double end = LogBins.innerEnd(1 + 20 * LogBins.BINS_PER_OCTAVE + i);
      BigDecimal power = new BigDecimal(BigInteger.TWO.pow(i));
      assertThat(new BigDecimal(end).pow(32)).isGreaterThanOrEqualTo(power);
      assertThat(new BigDecimal(Math.nextDown(end)).pow(32)).isLessThan(power);
    }
  }

  @Test
  void histogram_bins_matchTheTableInEveryOctave() {
    for (int bin = 1; bin <= LogBins.MAX_BIN; bin++) {
      // The first whole step of the bin and the last before it.
      BigDecimal end = new BigDecimal(LogBins.innerEnd(bin)).multiply(BigDecimal.valueOf(1L << 20));
      long first = end.setScale(0, RoundingMode.CEILING).longValueExact();
      if (first > FixedPoint.MAX_STEPS) {
        break;
      }
      double value = FixedPoint.toDouble(first);
      int found = LogBins.binOf(first);
      assertThat(found).isGreaterThanOrEqualTo(bin);
      assertThat(value).isBetween(LogBins.innerEnd(found), Math.nextDown(next(found)));
      assertThat(LogBins.binOf(-first)).isEqualTo(-found);
      if (first > 1 && first < 1L << 53) {
        assertThat(LogBins.binOf(first - 1)).isLessThan(bin);
      }
    }
    assertThat(LogBins.binOf(0)).isZero();
    assertThat(LogBins.binOf(1)).isEqualTo(1);
    assertThat(LogBins.binOf(FixedPoint.MAX_STEPS)).isBetween(1_900, LogBins.MAX_BIN);
  }

  private static double next(int bin) {
    return LogBins.innerEnd(bin + 1);
  }

  @Test
  void histogram_quantiles_areWithinBound() {
    for (int round = 0; round < 50; round++) {
      long[] values = values(1 + random.nextInt(2_000));
      LogHistogram histogram = histogram(values);
      CoarseHistogram coarse = histogram.coarse();
      Arrays.sort(values);
      for (double share : new double[] {0, .01, .5, .95, .99, 1}) {
        int rank = Math.max(1, (int) Math.ceil(share * values.length));
        double exact = FixedPoint.toDouble(values[rank - 1]);
        assertThat(histogram.quantile(rank))
            .isCloseTo(exact, within(Math.abs(exact) * (FINE_ERROR + 1e-12)));
        assertThat(coarse.quantile(rank))
            .isCloseTo(exact, within(Math.abs(exact) * (COARSE_ERROR + 1e-12)));
      }
    }
  }

  @Test
  void histogram_ranksThatDoNotExist_areRefused() {
    LogHistogram histogram = histogram(new long[] {1, 2, 3});
    for (long rank : new long[] {-1, 0, 4}) {
      assertThatThrownBy(() -> histogram.quantile(rank))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected: 1 to 3");
      assertThatThrownBy(() -> histogram.coarse().quantile(rank))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void histogram_coarse_isTheFineOneAdded() {
    long[] values = values(5_000);
    CoarseHistogram direct = new CoarseHistogram();
    for (long value : values) {
      direct.add(value);
    }
    assertThat(counts(histogram(values).coarse())).isEqualTo(counts(direct));
    Map<Integer, Long> added = new HashMap<>();
    histogram(values)
        .forEach(
            (bin, count) ->
                added.merge(Integer.signum(bin) * ((Math.abs(bin) + 3) / 4), count, Long::sum));
    assertThat(counts(direct)).isEqualTo(added);
  }

  @Test
  void histogram_anyOrderAnySplit_isTheSame() {
    List<Long> values = new ArrayList<>();
    for (long value : values(2_000)) {
      values.add(value);
    }
    LogHistogram whole = histogram(values.stream().mapToLong(v -> v).toArray());
    for (int round = 0; round < 20; round++) {
      LogHistogram merged =
          RandomTrees.merged(
              values, random, LogHistogram::new, LogHistogram::add, LogHistogram::merge);
      assertThat(counts(merged)).isEqualTo(counts(whole));
      assertThat(merged.count()).isEqualTo(values.size());
    }
  }

  @Test
  void histogram_octaves_takeRoomWhenTouched() {
    LogHistogram histogram = new LogHistogram();
    histogram.add(0);
    assertThat(histogram.sizeBytes()).isZero();
    histogram.add(FixedPoint.toSteps(1));
    long one = histogram.sizeBytes();
    histogram.add(FixedPoint.toSteps(1.9));
    assertThat(histogram.sizeBytes()).isEqualTo(one);
    histogram.add(FixedPoint.toSteps(2));
    assertThat(histogram.sizeBytes()).isEqualTo(one + 272);
  }

  private static Map<Integer, Long> counts(LogHistogram histogram) {
    Map<Integer, Long> counts = new HashMap<>();
    histogram.forEach(counts::put);
    return counts;
  }

  private static Map<Integer, Long> counts(CoarseHistogram histogram) {
    Map<Integer, Long> counts = new HashMap<>();
    for (int i = 0; i < histogram.size(); i++) {
      counts.put(histogram.binAt(i), histogram.countAt(i));
    }
    return counts;
  }

  private static LogHistogram histogram(long[] values) {
    LogHistogram histogram = new LogHistogram();
    for (long value : values) {
      histogram.add(value);
    }
    return histogram;
  }

  /** Values over 18 decades, both signs, zeros among them. */
  private long[] values(int count) {
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      double size = Math.pow(10, random.nextDouble() * 18 - 6);
      values[i] =
          random.nextInt(10) == 0 ? 0 : FixedPoint.toSteps(random.nextInt(4) == 0 ? -size : size);
    }
    return values;
  }
}
