package dev.serin.engine;

import dev.serin.v1.Draw;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.ExplainStep;
import dev.serin.v1.ExplainStepKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says why: goes the way of an evaluation over the same compiled parts and writes down each step.
 * For one thread, for one explanation.
 */
final class Explainer {
  private final EvaluationContext context;
  private final List<ExplainStep> steps = new ArrayList<>();
  private final ConditionExplainer conditions;

  /** Features whose steps are there: many may share a prerequisite, one telling of it will do. */
  private final Set<String> explained = new HashSet<>();

  Explainer(EvaluationContext context) {
    this.context = context;
    this.conditions = new ConditionExplainer(context, steps);
  }

  Explanation explain(CompiledFeature feature) {
    Decision decision = explain(feature, 0);
    EvaluateResponse answer = decision.response();
    if (decision.perCall()) {
      answer = answer.toBuilder().setDecisionId(context.decisionId()).build();
    }
    boolean hasUser = context.kind(Schema.USER_KEY_SLOT) == Frame.TEXT;
    String userKeyHash = hasUser ? Draws.hex(context.hash(Schema.USER_KEY_SLOT)) : "";
    return new Explanation(decision, answer, steps, context.snapshot().revision(), userKeyHash);
  }

  /** Adds the steps of a feature and returns what evaluating it returns. */
  private Decision explain(CompiledFeature feature, int depth) {
    if (!explainGates(feature, depth)) {
      explainRules(feature, depth);
    }
    return feature.evaluate(context);
  }

  /** Returns whether a gate has answered. */
  private boolean explainGates(CompiledFeature feature, int depth) {
    String key = feature.key();
    boolean disabled = feature.source().document().getDisabled();
    add(
        ExplainStepKind.EXPLAIN_STEP_KIND_DISABLED,
        key,
        disabled,
        disabled ? "the document says disabled" : "the document does not say disabled",
        depth);
    if (disabled) {
      return true;
    }
    boolean killed = feature.source().killed();
    add(
        ExplainStepKind.EXPLAIN_STEP_KIND_KILL_SWITCH,
        key,
        killed,
        killed ? "the kill switch is set" : "the kill switch is not set",
        depth);
    if (killed) {
      return true;
    }
    Gates gates = feature.gates();
    return gates != null
        && (explainSchedule(key, gates.schedule(), depth)
            || explainOverrides(gates.overrides(), depth)
            || explainPrerequisites(gates.prerequisites(), depth)
            || explainHoldout(gates.holdout(context), depth)
            || explainLayer(gates, depth));
  }

  private boolean explainSchedule(String key, @Nullable CompiledSchedule schedule, int depth) {
    if (schedule == null) {
      return false;
    }
    boolean inside = schedule.contains(context.nowMillis());
    String now = Instant.ofEpochMilli(context.nowMillis()).toString();
    add(
        ExplainStepKind.EXPLAIN_STEP_KIND_SCHEDULE,
        key,
        inside,
        now + " is " + (inside ? "inside" : "outside") + " the schedule",
        depth);
    return !inside;
  }

  private boolean explainOverrides(@Nullable Overrides overrides, int depth) {
    if (overrides == null) {
      return false;
    }
    Decision decision = overrides.find(context);
    String user = Shown.slot(context, Schema.USER_KEY_SLOT);
    add(
        ExplainStepKind.EXPLAIN_STEP_KIND_OVERRIDE,
        decision == null ? "" : decision.variant(),
        decision != null,
        "user_key " + user + " is " + (decision == null ? "not named" : "named"),
        depth);
    return decision != null;
  }

  private boolean explainPrerequisites(List<CompiledPrerequisite> prerequisites, int depth) {
    for (CompiledPrerequisite prerequisite : prerequisites) {
      boolean met = prerequisite.isMet(context);
      CompiledFeature other = context.snapshot().links().feature(prerequisite.place());
      add(
          ExplainStepKind.EXPLAIN_STEP_KIND_PREREQUISITE,
          prerequisite.feature(),
          met,
          "answers '"
              + context.prerequisite(prerequisite.place()).variant()
              + "' (expected: one of "
              + prerequisite.variants()
              + ")",
          depth);
      if (explained.add(prerequisite.feature())) {
        explain(other, depth + 1);
      }
      if (!met) {
        return true;
      }
    }
    return false;
  }

  private boolean explainHoldout(@Nullable CompiledHoldout holdout, int depth) {
    if (holdout == null) {
      return false;
    }
    ExplainStepKind kind = ExplainStepKind.EXPLAIN_STEP_KIND_HOLDOUT;
    String key = holdout.document().getKey();
    if (!holdout.unit().isIn(context)) {
      add(kind, key, false, missing(holdout.unit()), depth);
      return true;
    }
    long draw = holdout.draw(context);
    boolean held = holdout.holdsOut(draw);
    String range =
        held
            ? "held out [0, " + holdout.parts() + ")"
            : "not held out [" + holdout.parts() + ", " + holdout.total() + ")";
    add(
        kind,
        key,
        held,
        "the user is " + (held ? "held out" : "not held out"),
        depth,
        Draws.of(holdout.unit(), holdout.salt(), draw, holdout.total(), range));
    return held;
  }

  private boolean explainLayer(Gates gates, int depth) {
    CompiledLayer layer = gates.layer(context);
    if (layer == null) {
      return false;
    }
    ExplainStepKind kind = ExplainStepKind.EXPLAIN_STEP_KIND_LAYER;
    String key = layer.document().getKey();
    if (!layer.unit().isIn(context)) {
      add(kind, key, false, missing(layer.unit()), depth);
      return true;
    }
    long draw = layer.draw(context);
    boolean owned = gates.owns(Bucketing.bucket(draw, layer.total()));
    String range = (owned ? "inside " : "outside ") + gates.layerRange();
    add(
        kind,
        key,
        owned,
        "the user's slot is " + (owned ? "the feature's" : "another feature's or nobody's"),
        depth,
        Draws.of(layer.unit(), layer.salt(), draw, layer.total(), range));
    return !owned;
  }

  private void explainRules(CompiledFeature feature, int depth) {
    for (CompiledRule rule : feature.rules()) {
      boolean matches = rule.when().stream().allMatch(clause -> clause.holds(context));
      String detail =
          rule.when().isEmpty()
              ? "everybody"
              : matches ? "all conditions hold" : "not all conditions hold";
      add(ExplainStepKind.EXPLAIN_STEP_KIND_RULE, rule.id(), matches, detail, depth);
      conditions.explain(rule.document().getWhenList(), rule.when(), depth + 1);
      if (matches) {
        explainOutcome(rule.outcome(), depth + 1);
        return;
      }
    }
    add(
        ExplainStepKind.EXPLAIN_STEP_KIND_DEFAULT,
        feature.key(),
        true,
        feature.rules().isEmpty() ? "there are no rules" : "no rule matched",
        depth);
    explainOutcome(feature.last(), depth + 1);
  }

  private void explainOutcome(Outcome outcome, int depth) {
    if (!(outcome instanceof SplitOutcome split)) {
      return;
    }
    ExplainStepKind kind = ExplainStepKind.EXPLAIN_STEP_KIND_SPLIT;
    if (!split.unit().isIn(context)) {
      add(kind, split.split(), false, missing(split.unit()), depth);
      return;
    }
    long draw = Bucketing.draw(split.unit().hash(context), split.saltHash());
    SplitRange range = split.ranges().get(split.range(draw));
    Decision decision = split.decide(context);
    String served = "variant '" + decision.variant() + "' is served";
    boolean stale = !decision.equals(range.decision());
    add(
        kind,
        split.split(),
        true,
        stale ? served + ": nothing was heard of the run for too long" : served,
        depth,
        Draws.of(split.unit(), split.salt(), draw, split.total(), range.label()));
  }

  private static String missing(Unit unit) {
    return unit.name() + " is missing, and it is the unit: the default variant is served";
  }

  private void add(
      ExplainStepKind kind, String subject, boolean matched, String detail, int depth) {
    add(kind, subject, matched, detail, depth, null);
  }

  private void add(
      ExplainStepKind kind,
      String subject,
      boolean matched,
      String detail,
      int depth,
      @Nullable Draw draw) {
    ExplainStep.Builder step =
        ExplainStep.newBuilder()
            .setKind(kind)
            .setSubject(subject)
            .setMatched(matched)
            .setDetail(detail)
            .setDepth(depth);
    if (draw != null) {
      step.setDraw(draw);
    }
    steps.add(step.build());
  }
}
