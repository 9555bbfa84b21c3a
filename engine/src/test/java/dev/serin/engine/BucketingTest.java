package dev.serin.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The algorithm of docs/bucketing.md. */
class BucketingTest {
  private static final BigInteger TWO_64 = BigInteger.ONE.shiftLeft(64);

  @Test
  void draws_publishedVectors_areThoseOfAnotherImplementation() throws IOException {
    List<String> rows = vectors();
    assertThat(rows).hasSizeGreaterThan(50);
    for (String row : rows) {
      String[] cells = row.split(",", -1);
      long unitHash = Bucketing.hash(cells[0]);
      long saltHash = Bucketing.hash(cells[2]);
      long draw = Bucketing.draw(unitHash, saltHash);
      assertThat(unitHash).as(row).isEqualTo(Long.parseUnsignedLong(cells[1], 16));
      assertThat(saltHash).as(row).isEqualTo(Long.parseUnsignedLong(cells[3], 16));
      assertThat(draw).as(row).isEqualTo(Long.parseUnsignedLong(cells[4], 16));
      assertThat(Bucketing.bucket(draw, 3)).as(row).isEqualTo(Long.parseLong(cells[5]));
      assertThat(Bucketing.bucket(draw, 100)).as(row).isEqualTo(Long.parseLong(cells[6]));
      assertThat(Bucketing.bucket(draw, 1_000)).as(row).isEqualTo(Long.parseLong(cells[7]));
      assertThat(Bucketing.bucket(draw, 1_000_000_000)).as(row).isEqualTo(Long.parseLong(cells[8]));
    }
  }

  @Test
  void threshold_anyShare_isTheFirstDrawOfTheBucket() {
    Random random = new Random(20_261_120);
    for (int i = 0; i < 20_000; i++) {
      long total = 1 + random.nextLong(i % 2 == 0 ? 1_000 : 1_000_000_000);
      long parts = random.nextLong(total);
      long threshold = Bucketing.threshold(parts, total);

      assertThat(Bucketing.bucket(threshold, total)).isEqualTo(parts);
      if (parts > 0) {
        assertThat(Bucketing.bucket(threshold - 1, total)).isEqualTo(parts - 1);
      }
    }
  }

  /** How many of the 2^64 draws a share gets: its exact part, rounded by less than one draw. */
  @Test
  void threshold_consecutiveShares_areAsWideAsTheirWeights() {
    Random random = new Random(4_711);
    for (int i = 0; i < 20_000; i++) {
      long total = 2 + random.nextLong(1_000_000_000);
      long from = random.nextLong(total - 1);
      long until = from + 1 + random.nextLong(total - from - 1);
      BigInteger width =
          unsigned(Bucketing.threshold(until, total))
              .subtract(unsigned(Bucketing.threshold(from, total)));
      BigInteger exact =
          TWO_64.multiply(BigInteger.valueOf(until - from)).divide(BigInteger.valueOf(total));
      assertThat(width.subtract(exact).abs()).isLessThanOrEqualTo(BigInteger.ONE);
    }
  }

  /** Row S13: the ten million decimal strings, ten buckets, within one percent of a million. */
  @Test
  void buckets_tenMillionDecimalStrings_areBalancedWithinOnePercent() {
    long saltHash = Bucketing.hash(Bucketing.splitSalt("default", "balance", "tenths"));
    byte[] digits = "15000000000".getBytes(UTF_8);
    int[] plain = new int[10];
    int[] drawn = new int[10];
    for (int i = 0; i < 10_000_000; i++) {
      long hash = Bucketing.hash(digits, 0, digits.length);
      plain[(int) Long.remainderUnsigned(hash, 10)]++;
      drawn[(int) Bucketing.bucket(Bucketing.draw(hash, saltHash), 10)]++;
      increment(digits);
    }
    assertThat(new String(digits, UTF_8)).isEqualTo("15010000000");
    for (int[] buckets : List.of(plain, drawn)) {
      assertThat(Arrays.stream(buckets).boxed())
          .allSatisfy(count -> assertThat(count).isBetween(990_000, 1_010_000));
    }
  }

  private static void increment(byte[] digits) {
    int last = digits.length - 1;
    while (digits[last] == '9') {
      digits[last--] = '0';
    }
    digits[last]++;
  }

  private static BigInteger unsigned(long bits) {
    BigInteger value = BigInteger.valueOf(bits);
    return bits < 0 ? value.add(TWO_64) : value;
  }

  private static List<String> vectors() throws IOException {
    try (InputStream file = BucketingTest.class.getResourceAsStream("bucketing-vectors.csv")) {
      assertThat(file).isNotNull();
      return new String(file.readAllBytes(), UTF_8).lines().skip(1).toList();
    }
  }
}
