package dev.serin.engine;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * One or two tests that must hold, each packed into a few words, and answered without a jump
 * between them: which of them fails cannot be foreseen, and a processor's wrong guess costs more
 * than a test. Values that are out of the ordinary, lists for one, are left to the matchers.
 *
 * <p>The words of a test: its slot and, above it, what it is; then two operands. A test for texts
 * by id names the first of two words of ids, which are its operands. A test for versions has a
 * negative number there; its operands are the lowest and the highest packed version.
 */
final class PackedBranch extends Step.Branch {
  /** Tests in a branch at most. */
  static final int MAX_TESTS = 2;

  /** Words of ids in a test. */
  static final int ID_WORDS = 2;

  private static final int VERSION = -1;

  /** An answer that a test fails, as any negative number is; one that holds is zero or more. */
  private static final long FAILS = -2;

  /** The bit of an answer that says that only the matcher can tell. */
  private static final long UNDECIDED = 1;

  private final int slot;
  private final int kind;
  private final long operand;
  private final long otherOperand;
  private final boolean pair;
  private final int secondSlot;
  private final int secondKind;
  private final long secondOperand;
  private final long secondOtherOperand;
  private final Matcher[] matchers;

  /**
   * Makes a branch.
   *
   * @param matchers matchers that can be packed, one to {@link #MAX_TESTS}
   */
  PackedBranch(List<Matcher> matchers, Step yes, Step no) {
    super(yes, no);
    this.matchers = matchers.toArray(Matcher[]::new);
    long[] first = requireNonNull(matchers.get(0).packed());
    slot = (int) first[0];
    kind = (int) (first[0] >>> Integer.SIZE);
    operand = first[1];
    otherOperand = first[2];
    pair = matchers.size() == MAX_TESTS;
    long[] second = requireNonNull(matchers.get(matchers.size() - 1).packed());
    secondSlot = (int) second[0];
    secondKind = (int) (second[0] >>> Integer.SIZE);
    secondOperand = second[1];
    secondOtherOperand = second[2];
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
    long answer = test(context, slot, kind, operand, otherOperand);
    if (pair) {
      if (answer < 0 && secondKind == VERSION && !context.isVersioned(secondSlot)) {
        // To read a version for the first time costs more than a wrong guess.
        return to(false);
      }
      answer |= test(context, secondSlot, secondKind, secondOperand, secondOtherOperand);
    }
    return to((answer & UNDECIDED) == 0 ? answer >= 0 : allMatch(context));
  }

  private static long test(
      EvaluationContext context, int slot, int kind, long operand, long otherOperand) {
    if (!context.isText(slot)) {
      return UNDECIDED;
    }
    if (kind == VERSION) {
      long version = context.version(slot);
      long outside = ((version - operand) | (otherOperand - version)) & FAILS;
      return version < 0 ? UNDECIDED : outside;
    }
    int id = context.id(slot, slot);
    int word = (id >>> 6) - kind;
    long bits = word == 0 ? operand : otherOperand;
    return (word & -ID_WORDS) == 0 ? ((bits >>> id & 1) - 1) & FAILS : FAILS;
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
