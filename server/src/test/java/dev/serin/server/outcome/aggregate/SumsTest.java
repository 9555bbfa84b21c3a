package dev.serin.server.outcome.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SumsTest {
  private static final BigDecimal STEPS = BigDecimal.valueOf(1L << 20);

  private final Random random = new Random(20_261_121);

  @Test
  void fixedPoint_everyDouble_roundsHalfToEven() {
    List<Double> values = new ArrayList<>(List.of(0.0, -0.0, 1e12, -1e12, Double.MIN_VALUE));
    for (int i = 0; i < 20_000; i++) {
      values.add(value());
      // Exactly between two steps.
      values.add((random.nextInt() + .5) / (1 << 20));
    }
    for (double value : values) {
      BigDecimal expected =
          new BigDecimal(value).multiply(STEPS).setScale(0, RoundingMode.HALF_EVEN);
      assertThat(FixedPoint.toSteps(value)).as("%s", value).isEqualTo(expected.longValueExact());
    }
  }

  @Test
  void fixedPoint_wholeSteps_comeBackUnchanged() {
    for (int i = 0; i < 1_000; i++) {
      long steps = random.nextLong(1L << 53);
      assertThat(FixedPoint.toSteps(FixedPoint.toDouble(steps))).isEqualTo(steps);
    }
  }

  @Test
  void fixedPoint_outOfRange_isRefused() {
    for (double value :
        List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1.0001e12)) {
      assertThat(FixedPoint.accepts(value)).isFalse();
      assertThatThrownBy(() -> FixedPoint.toSteps(value))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected: finite");
    }
    assertThat(FixedPoint.accepts(1e12)).isTrue();
    assertThat(FixedPoint.toSteps(1e12)).isEqualTo(FixedPoint.MAX_STEPS);
  }

  @Test
  void sums_anyOrderAnySplit_areBitIdentical() {
    List<Long> values = new ArrayList<>();
    BigInteger sum = BigInteger.ZERO;
    BigInteger squares = BigInteger.ZERO;
    for (int i = 0; i < 3_000; i++) {
      long steps = FixedPoint.toSteps(value());
      values.add(steps);
      sum = sum.add(BigInteger.valueOf(steps));
      squares = squares.add(BigInteger.valueOf(steps).pow(2));
    }
    for (int round = 0; round < 20; round++) {
      Cell cell =
          RandomTrees.merged(
              values,
              random,
              Cell::new,
              (into, steps) -> into.add(steps, CellParts.HISTOGRAM, bucketOf(steps)),
              Cell::merge);
      assertThat(cell.sum().toBigInteger()).isEqualTo(sum);
      assertThat(cell.squares().toBigInteger()).isEqualTo(squares);
      assertThat(cell.count()).isEqualTo(values.size());
      assertThat(cell.min()).isEqualTo(values.stream().mapToLong(v -> v).min().orElseThrow());
      assertThat(cell.max()).isEqualTo(values.stream().mapToLong(v -> v).max().orElseThrow());
      assertThat(bucketSums(cell)).isEqualTo(sum);
      assertThat(cell.sum().toDouble()).isEqualTo(new BigDecimal(sum).divide(STEPS).doubleValue());
      assertThat(cell.squares().toDouble())
          .isEqualTo(new BigDecimal(squares).divide(STEPS.pow(2)).doubleValue());
    }
  }

  private static BigInteger bucketSums(Cell cell) {
    Buckets buckets = cell.ensureBuckets();
    BigInteger sum = BigInteger.ZERO;
    for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
      sum = sum.add(buckets.sumOf(bucket).toBigInteger());
    }
    return sum;
  }

  @Test
  void sums_extremeValues_carryThroughEveryWord() {
    // Doubling by merging with itself's copy: 2^62 times the largest value.
    FixedSum sum = new FixedSum();
    FixedSum negative = new FixedSum();
    SquareSum squares = new SquareSum();
    long largest = FixedPoint.MAX_STEPS;
    sum.add(largest);
    negative.add(-largest);
    squares.addSquareOf(-largest);
    for (int i = 0; i < 62; i++) {
      sum.merge(sum.copy());
      negative.merge(negative.copy());
      squares.merge(squares.copy());
    }
    BigInteger one = BigInteger.valueOf(largest);
    assertThat(sum.toBigInteger()).isEqualTo(one.shiftLeft(62));
    assertThat(negative.toBigInteger()).isEqualTo(one.negate().shiftLeft(62));
    assertThat(squares.toBigInteger()).isEqualTo(one.pow(2).shiftLeft(62));
    sum.merge(negative);
    assertThat(sum.toBigInteger()).isZero();
  }

  @Test
  void squares_carryThatMeetsAFullWord_isPassedOn() {
    SquareSum squares = new SquareSum(0, -1, -1);
    squares.merge(new SquareSum(0, 0, 1));
    assertThat(squares.toBigInteger()).isEqualTo(BigInteger.TWO.pow(128));
  }

  @Test
  void buckets_ofARatio_keepBothSums() {
    Cell cell = new Cell();
    for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
      cell.addRatio(-bucket, 2L * bucket, CellParts.BUCKETS, bucket);
      cell.addRatio(7, 1, CellParts.BUCKETS, bucket);
    }
    Cell copy = cell.copy();
    Buckets buckets = copy.ensureBuckets();
    assertThat(buckets.hasDenominators()).isTrue();
    for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
      assertThat(buckets.countOf(bucket)).isEqualTo(2);
      assertThat(buckets.sumOf(bucket).toBigInteger()).isEqualTo(7 - bucket);
      assertThat(buckets.denominatorOf(bucket).toBigInteger()).isEqualTo(2 * bucket + 1);
    }
  }

  @Test
  void ratio_outcomesWithOnePart_countOnceAndKeepBothTotals() {
    Cell cell = new Cell();
    cell.addRatio(5, 0, CellParts.BUCKETS, 1);
    cell.addRatio(0, 4, CellParts.BUCKETS, 2);
    cell.addRatio(9, 3, CellParts.BUCKETS, 2);
    Cell plain = new Cell();
    plain.addRatio(5, 0, CellParts.PLAIN, 0);
    plain.addRatio(0, 7, CellParts.PLAIN, 0);
    for (Cell each : List.of(cell, cell.copy(), plain)) {
      FixedSum denominator = each.denominator();
      assertThat(denominator).isNotNull();
      assertThat(denominator.toBigInteger()).isEqualTo(7);
      assertThat(each.min()).isZero();
    }
    assertThat(cell.count()).isEqualTo(3);
    assertThat(cell.sum().toBigInteger()).isEqualTo(14);
    assertThat(cell.max()).isEqualTo(9);
    assertThat(plain.buckets()).isNull();
    Cell mean = new Cell();
    mean.add(5, CellParts.BUCKETS, 0);
    assertThat(mean.denominator()).isNull();
  }

  @Test
  void cell_full_staysWithinItsBound() {
    Cell ratio = new Cell();
    Cell mean = new Cell();
    for (int i = 0; i < 10_000; i++) {
      ratio.addRatio(i, i, CellParts.BUCKETS, i % Buckets.COUNT);
      mean.add(FixedPoint.toSteps(1 + i % 1_000), CellParts.HISTOGRAM, i % Buckets.COUNT);
    }
    assertThat(ratio.sizeBytes()).isLessThanOrEqualTo(6 * 1024);
    // 1 to 1 000 spans ten octaves.
    assertThat(mean.sizeBytes()).isLessThanOrEqualTo(4 * 1024 + 10 * 272);
  }

  /** A value over 13 decades on either side of zero. */
  private double value() {
    double size = Math.pow(10, random.nextDouble() * 19 - 7);
    return random.nextBoolean() ? size : -size;
  }

  private static int bucketOf(long steps) {
    return (int) (steps & (Buckets.COUNT - 1));
  }
}
