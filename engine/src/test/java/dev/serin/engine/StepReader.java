package dev.serin.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.v1.Condition;
import dev.serin.v1.Draw;
import dev.serin.v1.ExplainStep;
import dev.serin.v1.ExplainStepKind;
import dev.serin.v1.Feature;
import dev.serin.v1.Prerequisite;
import dev.serin.v1.Reason;
import dev.serin.v1.Rule;
import dev.serin.v1.Segment;
import dev.serin.v1.Serve;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an explanation beside the documents it explains: every step must be the next one to take,
 * and say what the reference engine says.
 */
final class StepReader {
  private static final Pattern RANGE =
      Pattern.compile("(outside )?.*\\[(\\d+), (\\d+)\\)(?: of (\\d+))?");

  private final SnapshotSource source;
  private final ReferenceEngine engine;
  private final ReferenceConditions conditions;
  private final List<ExplainStep> steps;
  private final Set<String> told = new HashSet<>();
  private int next;

  StepReader(SnapshotSource source, Call call, List<ExplainStep> steps) {
    this.source = source;
    this.engine = new ReferenceEngine(source, call);
    this.conditions = new ReferenceConditions(source, call);
    this.steps = steps;
  }

  /** Reads the steps of a feature to their end. */
  void read(FeatureSource feature) {
    feature(feature, 0);
    assertThat(next).as("steps").isEqualTo(steps.size());
  }

  private void feature(FeatureSource state, int depth) {
    if (!gates(state, depth)) {
      rules(state.document(), depth);
    }
  }

  /** Reads the steps before the rules; returns whether one of them answered. */
  private boolean gates(FeatureSource state, int depth) {
    Feature feature = state.document();
    String key = feature.getKey();
    Reason reason = engine.evaluate(key).reason();
    if (take(ExplainStepKind.EXPLAIN_STEP_KIND_DISABLED, key, feature.getDisabled(), depth)
        || take(ExplainStepKind.EXPLAIN_STEP_KIND_KILL_SWITCH, key, state.killed(), depth)) {
      return true;
    }
    if (feature.hasSchedule()) {
      boolean inside = reason != Reason.REASON_OUTSIDE_SCHEDULE;
      if (!take(ExplainStepKind.EXPLAIN_STEP_KIND_SCHEDULE, key, inside, depth)) {
        return true;
      }
    }
    if (feature.getOverridesCount() > 0) {
      boolean named = reason == Reason.REASON_OVERRIDE;
      String variant = named ? engine.evaluate(key).variant() : "";
      if (take(ExplainStepKind.EXPLAIN_STEP_KIND_OVERRIDE, variant, named, depth)) {
        return true;
      }
    }
    for (Prerequisite one : feature.getPrerequisitesList()) {
      String answer = engine.evaluate(one.getFeature()).variant();
      boolean met = one.getVariantsList().contains(answer);
      take(ExplainStepKind.EXPLAIN_STEP_KIND_PREREQUISITE, one.getFeature(), met, depth);
      if (told.add(one.getFeature())) {
        feature(requireNonNull(source.features().get(one.getFeature())), depth + 1);
      }
      if (!met) {
        return true;
      }
    }
    return draws(feature, reason, depth);
  }

  private boolean draws(Feature feature, Reason reason, int depth) {
    if (!feature.getHoldout().isEmpty()) {
      String unit = requireNonNull(source.holdouts().get(feature.getHoldout())).getUnit();
      boolean held = reason == Reason.REASON_HOLDOUT;
      take(ExplainStepKind.EXPLAIN_STEP_KIND_HOLDOUT, feature.getHoldout(), held, depth);
      if (drawn(unit) || held) {
        return true;
      }
    }
    if (feature.hasLayer()) {
      String layer = feature.getLayer().getLayer();
      String unit = requireNonNull(source.layers().get(layer)).getUnit();
      boolean owned = reason != Reason.REASON_LAYER && engine.unit(unit) != null;
      take(ExplainStepKind.EXPLAIN_STEP_KIND_LAYER, layer, owned, depth);
      return drawn(unit) || !owned;
    }
    return false;
  }

  private void rules(Feature feature, int depth) {
    for (int i = 0; i < feature.getRulesCount(); i++) {
      Rule rule = feature.getRules(i);
      String id = rule.getId().isEmpty() ? "rule-" + (i + 1) : rule.getId();
      boolean matched = conditions.allHold(rule.getWhenList());
      take(ExplainStepKind.EXPLAIN_STEP_KIND_RULE, id, matched, depth);
      rule.getWhenList().forEach(condition -> condition(condition, depth + 1));
      if (matched) {
        serve(feature, rule.getServe(), depth + 1);
        return;
      }
    }
    take(ExplainStepKind.EXPLAIN_STEP_KIND_DEFAULT, feature.getKey(), true, depth);
    serve(feature, feature.getDefaultRule(), depth + 1);
  }

  private void serve(Feature feature, Serve serve, int depth) {
    if (!serve.hasSplit()) {
      return;
    }
    feature.getSplitsList().stream()
        .filter(split -> split.getId().equals(serve.getSplit()))
        .forEach(
            split -> {
              String unit = split.getProbability() ? ReferenceEngine.CALL : split.getUnit();
              boolean drawn = engine.unit(unit) != null;
              take(ExplainStepKind.EXPLAIN_STEP_KIND_SPLIT, split.getId(), drawn, depth);
              drawn(unit);
            });
  }

  private void condition(Condition condition, int depth) {
    ExplainStep step = steps.get(next);
    boolean holds = conditions.holds(condition);
    take(ExplainStepKind.EXPLAIN_STEP_KIND_CONDITION, step.getSubject(), holds, depth);
    condition.getAllList().forEach(one -> condition(one, depth + 1));
    condition.getAnyList().forEach(one -> condition(one, depth + 1));
    if (condition.hasNot()) {
      condition(condition.getNot(), depth + 1);
    }
    if (!condition.getSegment().isEmpty()) {
      Segment segment = requireNonNull(source.segments().get(condition.getSegment()));
      boolean member = conditions.isIn(segment);
      take(ExplainStepKind.EXPLAIN_STEP_KIND_SEGMENT, segment.getKey(), member, depth + 1);
      if (!conditions.isNamed(segment)) {
        segment.getWhenList().forEach(one -> condition(one, depth + 2));
      }
    }
  }

  private boolean take(ExplainStepKind kind, String subject, boolean matched, int depth) {
    assertThat(steps).as("%s %s is not told", kind, subject).hasSizeGreaterThan(next);
    ExplainStep step = steps.get(next++);
    assertThat(step.getKind()).as(step::toString).isEqualTo(kind);
    assertThat(step.getSubject()).as(step::toString).isEqualTo(subject);
    assertThat(step.getMatched()).as(step::toString).isEqualTo(matched);
    assertThat(step.getDepth()).as(step::toString).isEqualTo(depth);
    assertThat(step.getDetail()).isNotEmpty();
    return matched;
  }

  /** Checks the draw of the step taken last; returns whether its unit is missing. */
  private boolean drawn(String attribute) {
    ExplainStep step = steps.get(next - 1);
    String unit = engine.unit(attribute);
    assertThat(step.hasDraw()).as(step::toString).isEqualTo(unit != null);
    if (unit == null) {
      return true;
    }
    Draw draw = step.getDraw();
    BigInteger value = ReferenceEngine.draw(unit, draw.getSalt());
    assertThat(new BigInteger(draw.getValue(), 16)).as(step::toString).isEqualTo(value);
    BigInteger total = BigInteger.valueOf(draw.getTotal());
    assertThat(draw.getBucket())
        .as(step::toString)
        .isEqualTo(value.multiply(total).shiftRight(64).intValueExact());
    assertThat(draw.getPosition()).isCloseTo(value.doubleValue() / 0x1p64, within(1e-15));
    Matcher range = RANGE.matcher(draw.getRange());
    assertThat(range.matches()).as(step::toString).isTrue();
    BigInteger whole = range.group(4) == null ? total : new BigInteger(range.group(4));
    boolean inside =
        !ReferenceEngine.isBelow(value, new BigInteger(range.group(2)), whole)
            && ReferenceEngine.isBelow(value, new BigInteger(range.group(3)), whole);
    assertThat(inside).as(step::toString).isEqualTo(range.group(1) == null);
    return false;
  }
}
