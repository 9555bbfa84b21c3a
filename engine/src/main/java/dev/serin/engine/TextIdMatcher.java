package dev.serin.engine;

import org.jspecify.annotations.Nullable;

/**
 * A text that is one of some literals of its attribute, by their ids: the attribute's value is
 * looked up once in a call, each condition then reads one bit.
 */
final class TextIdMatcher extends AttributeMatcher {
  private static final int COST_NANOS = 3;

  private final int attribute;
  private final int firstWord;
  private final long[] bits;

  /**
   * Makes a matcher of an attribute.
   *
   * @param ids ids of the literals that match; at least one
   */
  TextIdMatcher(int slot, int[] ids) {
    super(slot);
    this.attribute = slot;
    int min = Integer.MAX_VALUE;
    int max = 0;
    for (int id : ids) {
      min = Math.min(min, id);
      max = Math.max(max, id);
    }
    firstWord = min / Long.SIZE;
    bits = new long[max / Long.SIZE - firstWord + 1];
    for (int id : ids) {
      bits[id / Long.SIZE - firstWord] |= 1L << id;
    }
  }

  @Override
  boolean matches(Frame frame, int at, int kind) {
    if (kind != Frame.TEXT) {
      return false;
    }
    int id = frame.id(at, attribute);
    int word = (id >>> 6) - firstWord;
    return word >= 0 && word < bits.length && ((bits[word] >>> id) & 1) != 0;
  }

  @Override
  long @Nullable [] packed() {
    return bits.length > PackedBranch.ID_WORDS
        ? null
        : PackedBranch.textIds(attribute, firstWord, bits[0], bits.length == 1 ? 0 : bits[1]);
  }

  @Override
  int costNanos() {
    return COST_NANOS;
  }
}
