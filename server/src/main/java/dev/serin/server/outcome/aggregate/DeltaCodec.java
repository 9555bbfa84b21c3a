package dev.serin.server.outcome.aggregate;

/**
 * The form of a delta, or a base, in the store. Equal deltas have equal bytes: everything stands in
 * rising order, each number in its shortest form.
 *
 * <ol>
 *   <li>version byte, {@value #VERSION};
 *   <li>generation and level of its {@link Thinning};
 *   <li>watermark, earliest and latest event time, each plus 1 (0: unknown);
 *   <li>names: how many, then length and UTF-8 of each;
 *   <li>units: how many, then 8 bytes of each hash;
 *   <li>places: how many, then of each the indexes of namespace, feature, split, run, unit and
 *       variant into the names, period, stage, a byte for the arm, a byte for <i>after the end</i>;
 *   <li>cells: how many, then of each its key (index into the places, index of the metric into the
 *       names, fingerprint in 4 bytes), a byte that says which parts follow, count, sum, squares,
 *       minimum, maximum above it, for a ratio the denominators' sum, then buckets (how many, then
 *       bucket, count, sum and for a ratio the denominators' sum) and bins (how many, then step
 *       from the bin before, count);
 *   <li>sets: how many, then of each the place, a byte for the kind (4 more where its units were
 *       seen before the generation), for an event metric and fingerprint, then length and indexes
 *       into the units as a Roaring bitmap in its portable form;
 *   <li>charts: how many, then of each its key, the slots of ten seconds and those of a minute (how
 *       many, then step from the slot before, count, sum, minimum, maximum above it, bins);
 *   <li>CRC-32C of all before it, 4 bytes.
 * </ol>
 *
 * Numbers are varints as protobuf writes them, zigzag where they may be negative; wide sums are a
 * length byte and two's complement; whatever has a fixed number of bytes is little-endian.
 */
public final class DeltaCodec {
  static final int VERSION = 1;

  /** Parts of a cell. */
  static final int BUCKETS = 1;

  static final int RATIO = 2;
  static final int HISTOGRAM = 4;
  static final int ALL_PARTS = BUCKETS | RATIO | HISTOGRAM;

  /** Kinds of sets. */
  static final int EXPOSED = 0;

  static final int MARKED = 1;
  static final int EVENT = 2;

  /** Added to a kind: seen before the generation. */
  static final int BEFORE = 4;

  private DeltaCodec() {}

  /** Returns the bytes of a delta. */
  public static byte[] encode(Delta delta) {
    return new DeltaEncoder(delta).encode();
  }

  /**
   * Returns the delta of bytes.
   *
   * @throws UnreadableDeltaException if {@link #encode} of this version does not return such bytes
   */
  public static Delta decode(byte[] bytes) {
    if (bytes.length > 0 && bytes[0] != VERSION) {
      throw new UnreadableDeltaException(
          "delta: version " + bytes[0] + " (expected: " + VERSION + ")");
    }
    return new DeltaDecoder(DeltaReader.checked(bytes)).decode();
  }
}
