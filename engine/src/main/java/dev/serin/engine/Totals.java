package dev.serin.engine;

import dev.serin.v1.Layer;
import dev.serin.v1.Share;
import dev.serin.v1.Split;

/** The wholes that documents count parts of, with their defaults. */
final class Totals {
  /** Everything. */
  static final Share WHOLE = Share.newBuilder().setParts(1).setOf(1).build();

  private Totals() {}

  static long of(Split split) {
    return orDefault(split.getTotal());
  }

  static long of(Layer layer) {
    return orDefault(layer.getTotal());
  }

  static long of(Share share) {
    return orDefault(share.getOf());
  }

  private static long orDefault(int total) {
    return total == 0 ? Limits.DEFAULT_TOTAL : Integer.toUnsignedLong(total);
  }
}
