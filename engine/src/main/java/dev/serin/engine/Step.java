package dev.serin.engine;

/**
 * A step of a decision graph: rules are compiled into branches that lead to an end, so that
 * evaluating them is walking from one test to the next, whatever the nesting of their conditions.
 *
 * <p>Classes and not interfaces, and the frequent ones asked for by their final class: these type
 * checks are one comparison each, and what they lead to is compiled into the walk.
 */
abstract sealed class Step permits Step.Branch, Step.End {
  /** Returns the end that this call's way leads to. */
  static End walk(Step first, EvaluationContext context) {
    Step step = first;
    while (true) {
      if (step instanceof PackedBranch tests) {
        step = tests.next(context);
      } else if (step instanceof KeySetBranch keys) {
        step = keys.next(context);
      } else if (step instanceof Branch branch) {
        step = branch.next(context);
      } else {
        return (End) step;
      }
    }
  }

  /** A test and where its answers lead. */
  abstract static non-sealed class Branch extends Step {
    private final Step yes;
    private final Step no;

    Branch(Step yes, Step no) {
      this.yes = yes;
      this.no = no;
    }

    /** Returns where an answer leads. */
    final Step to(boolean answer) {
      return answer ? yes : no;
    }

    /** Returns where this call's answer leads. */
    abstract Step next(EvaluationContext context);
  }

  /** A test by a matcher of any kind. */
  static final class MatcherBranch extends Branch {
    private final Matcher matcher;

    MatcherBranch(Matcher matcher, Step yes, Step no) {
      super(yes, no);
      this.matcher = matcher;
    }

    @Override
    Step next(EvaluationContext context) {
      return to(matcher.matches(context));
    }
  }

  /** Where a graph ends. */
  abstract static sealed class End extends Step permits Outcome, Membership {}

  /** The end of a segment's graph. */
  static final class Membership extends End {
    /** The user is in the segment. */
    static final Membership MEMBER = new Membership();

    /** The user is not. */
    static final Membership NO_MEMBER = new Membership();

    private Membership() {}
  }
}
