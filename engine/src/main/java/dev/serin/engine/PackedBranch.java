package dev.serin.engine;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Tests that must all hold, each packed into a few words of one array, and answered without a jump
 * between them: which of them fails cannot be foreseen, and a processor's wrong guess costs more
 * than a test. Values that are out of the ordinary, lists for one, are left to the matchers.
 *
 * <p>The words of a test: its slot and, above it, what it is; then two operands. A test for texts
 * by id names the first of two words of ids, which are its operands. A test for versions has a
 * negative number there; its operands are the lowest and the highest packed version.
 */
final class PackedBranch extends Step.Branch {
  private static final int WORDS = 3;
  private static final int VERSION = -1;

  /** Words of ids in a test. */
  static final int ID_WORDS = 2;

  private final long[] tests;
  private final Matcher[] matchers;

  /**
   * Makes a branch.
   *
   * @param matchers matchers that can be packed, at least one
   */
  PackedBranch(List<Matcher> matchers, Step yes, Step no) {
    super(yes, no);
    this.matchers = matchers.toArray(Matcher[]::new);
    this.tests = new long[matchers.size() * WORDS];
    for (int i = 0; i < matchers.size(); i++) {
      System.arraycopy(requireNonNull(matchers.get(i).packed()), 0, tests, i * WORDS, WORDS);
    }
  }

  /** Returns the words of a test for texts whose ids are bits of two words. */
  static long[] textIds(int slot, int firstWord, long bits, long moreBits) {
    return new long[] {head(slot, firstWord), bits, moreBits};
  }

  /** Returns the words of a test for packed versions from a lowest to a highest, 0 or more. */
  static long[] versions(int slot, long min, long max) {
    return new long[] {head(slot, VERSION), min, max};
  }

  private static long head(int slot, int kind) {
    return ((long) kind << Integer.SIZE) | slot;
  }

  @Override
  Step next(EvaluationContext context) {
    // Negative as soon as one fails.
    long failed = 0;
    for (int at = 0; at < tests.length; at += WORDS) {
      int slot = (int) tests[at];
      int kind = (int) (tests[at] >>> Integer.SIZE);
      if (context.kind(slot) != Frame.TEXT) {
        return to(allMatch(context));
      }
      if (kind == VERSION) {
        if (failed < 0 && !context.isVersioned(slot)) {
          // To read a version for the first time costs more than a wrong guess.
          return to(false);
        }
        long version = context.version(slot);
        if (version < 0) {
          return to(allMatch(context));
        }
        failed |= (version - tests[at + 1]) | (tests[at + 2] - version);
      } else {
        int id = context.id(slot, slot);
        int word = (id >>> 6) - kind;
        failed |= (word & -ID_WORDS) == 0 ? ((tests[at + 1 + word] >>> id) & 1) - 1 : -1;
      }
    }
    return to(failed >= 0);
  }

  private boolean allMatch(EvaluationContext context) {
    for (Matcher matcher : matchers) {
      if (!matcher.matches(context)) {
        return false;
      }
    }
    return true;
  }
}
