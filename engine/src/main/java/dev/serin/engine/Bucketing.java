package dev.serin.engine;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * The bucketing algorithm {@code BUCKETING_XXH3_MIX64}: how a unit becomes a draw and a draw a
 * range.
 *
 * <p>A unit's UTF-8 bytes are hashed once (XXH3, 64 bits, seed 0). Each draw mixes that hash with
 * the hash of its own salt, so that draws with different salts are independent. A draw is an
 * unsigned 64-bit number and stands for {@code draw / 2^64} in [0, 1). Shares are exact rationals:
 * a draw lies below {@code k / n} if and only if it is below {@code ceil(k * 2^64 / n)}, unsigned.
 *
 * <p>All methods are pure; those without a String argument allocate nothing. {@code
 * docs/bucketing.md} describes the same for other languages, with test vectors.
 */
public final class Bucketing {
  /** Salt of the draw that thins the sets of units, one for all features: see docs/outcomes.md. */
  public static final String SAMPLING_SALT = "sampling:units";

  /** Variance buckets of a unit: its draw with {@link #varianceSalt} scaled to this total. */
  public static final int VARIANCE_BUCKETS = 128;

  private static final Hasher64 XXH3 = Hashing.xxh3_64();
  private static final BigInteger ONE = BigInteger.ONE.shiftLeft(Long.SIZE);

  private Bucketing() {}

  /** Returns the hash of a unit given as UTF-8 bytes. */
  public static long hash(byte[] utf8, int offset, int length) {
    return XXH3.hashBytesToLong(utf8, offset, length);
  }

  /** Returns the hash of a unit or salt given as text. */
  public static long hash(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return hash(utf8, 0, utf8.length);
  }

  /** Returns the draw of a unit, both given by their hashes; unsigned. */
  public static long draw(long unitHash, long saltHash) {
    return mix64(unitHash ^ saltHash);
  }

  /**
   * Returns a bijective mix of 64 bits in which every bit of the result depends on every bit of the
   * argument: Stafford's variant 13 of the finaliser of MurmurHash3, as in SplitMix64 (Steele, Lea,
   * Flood, OOPSLA 2014).
   */
  public static long mix64(long bits) {
    long mixed = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }

  /**
   * Returns the bucket of a draw: {@code floor(draw * total / 2^64)}, 0 to {@code total - 1}.
   *
   * @param total number of buckets, above 0
   */
  public static long bucket(long draw, long total) {
    return Math.multiplyHigh(draw, total) + ((draw >> 63) & total);
  }

  /**
   * Returns the first draw, unsigned, at or above {@code parts / total}.
   *
   * @param parts 0 to {@code total - 1}: the end of the whole is no 64-bit number
   * @param total above 0
   */
  public static long threshold(long parts, long total) {
    return threshold(BigInteger.valueOf(parts), BigInteger.valueOf(total));
  }

  /** Returns the first draw, unsigned, at or above the fraction {@code parts / total} below one. */
  static long threshold(BigInteger parts, BigInteger total) {
    if (parts.signum() < 0 || parts.compareTo(total) >= 0) {
      throw new IllegalArgumentException(
          "parts: " + parts + " (expected: 0 to below " + total + ")");
    }
    BigInteger[] quotient = parts.multiply(ONE).divideAndRemainder(total);
    return quotient[0].longValue() + quotient[1].signum();
  }

  /** Returns the salt of a split whose document states none. */
  public static String splitSalt(String namespace, String feature, String split) {
    return namespace + "/" + feature + "/" + split;
  }

  /** Returns the salt of a layer whose document states none. */
  public static String layerSalt(String namespace, String layer) {
    return "layer:" + namespace + "/" + layer;
  }

  /** Returns the salt of a holdout whose document states none. */
  public static String holdoutSalt(String namespace, String holdout) {
    return "holdout:" + namespace + "/" + holdout;
  }

  /** Returns the salt of a run that does not keep the bucketing of its split. */
  public static String runSalt(String splitSalt, String runId) {
    return "run:" + runId + ":" + splitSalt;
  }

  /**
   * Returns the salt of the variance buckets of a split's units.
   *
   * @param name the split's name, as {@link #splitSalt} makes it, and not the salt its document
   *     states: the buckets of an outcome follow from its decision token, whatever has become of
   *     the document
   */
  public static String varianceSalt(String name) {
    return "variance:" + name;
  }
}
