package dev.serin.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A compiled statement about a call that holds or does not. Immutable and pure. */
abstract class Matcher {
  /** Returns whether it holds in this call. */
  abstract boolean matches(EvaluationContext context);

  /** Returns the words of its test in a {@link PackedBranch}; null: it has none. */
  long @Nullable [] packed() {
    return null;
  }

  /** Returns the branch that leads to one of two steps, as it holds or does not. */
  Step.Branch branch(Step yes, Step no) {
    return packed() == null
        ? new Step.MatcherBranch(this, yes, no)
        : new PackedBranch(List.of(this), yes, no);
  }

  /** Returns roughly how long that takes, in nanoseconds: the cheaper are tried first. */
  abstract int costNanos();
}
