package dev.serin.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A compiled condition as a tree: the form that is explained, and that decision graphs are made of.
 */
sealed interface Clause {
  /** Returns the step that leads to one of two others, as the condition holds or does not. */
  Step wire(Step yes, Step no);

  /** Returns whether it holds in this call. */
  boolean holds(EvaluationContext context);

  /** Returns roughly how long it takes to test, in nanoseconds. */
  int costNanos();

  /** Returns clauses in the order to test them in: what is decided early spares the dear ones. */
  private static List<Clause> cheapestFirst(List<Clause> clauses) {
    return clauses.stream().sorted(Comparator.comparingInt(Clause::costNanos)).toList();
  }

  /** One test. */
  record Leaf(Matcher matcher) implements Clause {
    @Override
    public Step wire(Step yes, Step no) {
      return yes.equals(no) ? yes : matcher.branch(yes, no);
    }

    @Override
    public boolean holds(EvaluationContext context) {
      return matcher.matches(context);
    }

    @Override
    public int costNanos() {
      return matcher.costNanos();
    }
  }

  /** All must hold. */
  record AllOf(List<Clause> clauses) implements Clause {
    @Override
    public Step wire(Step yes, Step no) {
      List<Matcher> packed = new ArrayList<>();
      List<Clause> others = new ArrayList<>();
      for (Clause clause : cheapestFirst(clauses)) {
        if (clause instanceof Leaf leaf && leaf.matcher.packed() != null) {
          packed.add(leaf.matcher);
        } else {
          others.add(clause);
        }
      }
      Step step = yes;
      for (int i = others.size() - 1; i >= 0; i--) {
        step = others.get(i).wire(step, no);
      }
      for (int end = packed.size(); end > 0 && !step.equals(no); ) {
        int start = Math.max(0, end - PackedBranch.MAX_TESTS);
        step = new PackedBranch(packed.subList(start, end), step, no);
        end = start;
      }
      return step;
    }

    @Override
    public boolean holds(EvaluationContext context) {
      return clauses.stream().allMatch(clause -> clause.holds(context));
    }

    @Override
    public int costNanos() {
      return clauses.stream().mapToInt(Clause::costNanos).sum();
    }
  }

  /** One must hold. */
  record AnyOf(List<Clause> clauses) implements Clause {
    @Override
    public Step wire(Step yes, Step no) {
      Step step = no;
      List<Clause> order = cheapestFirst(clauses);
      for (int i = order.size() - 1; i >= 0; i--) {
        step = order.get(i).wire(yes, step);
      }
      return step;
    }

    @Override
    public boolean holds(EvaluationContext context) {
      return clauses.stream().anyMatch(clause -> clause.holds(context));
    }

    @Override
    public int costNanos() {
      return clauses.stream().mapToInt(Clause::costNanos).sum();
    }
  }

  /** Must not hold. */
  record Not(Clause clause) implements Clause {
    @Override
    public Step wire(Step yes, Step no) {
      return clause.wire(no, yes);
    }

    @Override
    public boolean holds(EvaluationContext context) {
      return !clause.holds(context);
    }

    @Override
    public int costNanos() {
      return clause.costNanos();
    }
  }
}
