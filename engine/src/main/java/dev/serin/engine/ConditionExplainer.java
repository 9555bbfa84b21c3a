package dev.serin.engine;

import dev.serin.v1.Condition;
import dev.serin.v1.ExplainStep;
import dev.serin.v1.ExplainStepKind;
import java.util.List;

/** Says of each condition whether it holds, with the values compared. */
final class ConditionExplainer {
  private final EvaluationContext context;
  private final List<ExplainStep> steps;

  /** Makes an explainer that adds its steps to a list. */
  ConditionExplainer(EvaluationContext context, List<ExplainStep> steps) {
    this.context = context;
    this.steps = steps;
  }

  /** Adds the steps of some conditions and all below them. */
  void explain(List<Condition> conditions, List<Clause> clauses, int depth) {
    for (int i = 0; i < conditions.size(); i++) {
      explain(conditions.get(i), clauses.get(i), depth);
    }
  }

  private void explain(Condition condition, Clause clause, int depth) {
    boolean holds = clause.holds(context);
    steps.add(
        ExplainStep.newBuilder()
            .setKind(ExplainStepKind.EXPLAIN_STEP_KIND_CONDITION)
            .setSubject(Shown.condition(condition))
            .setMatched(holds)
            .setDetail(detail(condition, holds))
            .setDepth(depth)
            .build());
    if (clause instanceof Clause.AllOf all && condition.getAllCount() > 0) {
      explain(condition.getAllList(), all.clauses(), depth + 1);
    } else if (clause instanceof Clause.AnyOf any && condition.getAnyCount() > 0) {
      explain(condition.getAnyList(), any.clauses(), depth + 1);
    } else if (clause instanceof Clause.Not not && condition.hasNot()) {
      explain(condition.getNot(), not.clause(), depth + 1);
    } else if (clause instanceof Clause.Leaf leaf
        && leaf.matcher() instanceof SegmentMatcher segment) {
      explain(segment.segment(context), depth + 1);
    }
  }

  private String detail(Condition condition, boolean holds) {
    if (!condition.getAttribute().isEmpty()) {
      int slot = context.slot(condition.getAttribute());
      String value = Shown.slot(context, slot);
      return condition.getAttribute() + " is " + value + ": " + (holds ? "holds" : "does not hold");
    }
    return holds ? "holds" : "does not hold";
  }

  private void explain(CompiledSegment segment, int depth) {
    Matcher excluded = segment.excluded();
    Matcher included = segment.included();
    String value = segment.unit().name() + " " + Shown.slot(context, segment.unit().slot());
    ExplainStep.Builder step =
        ExplainStep.newBuilder()
            .setKind(ExplainStepKind.EXPLAIN_STEP_KIND_SEGMENT)
            .setSubject(segment.document().getKey())
            .setMatched(segment.contains(context))
            .setDepth(depth);
    if (excluded != null && excluded.matches(context)) {
      steps.add(step.setDetail(value + " is excluded by name").build());
    } else if (included != null && included.matches(context)) {
      steps.add(step.setDetail(value + " is included by name").build());
    } else if (segment.when().isEmpty()) {
      steps.add(step.setDetail(value + " is not included by name").build());
    } else {
      String outcome = step.getMatched() ? "all conditions hold" : "not all conditions hold";
      steps.add(step.setDetail(value + " is not named; " + outcome).build());
      explain(segment.document().getWhenList(), segment.when(), depth + 1);
    }
  }
}
