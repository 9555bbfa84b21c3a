package dev.serin.engine;

import dev.serin.v1.Arm;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.Feature;
import dev.serin.v1.Reason;
import dev.serin.v1.Variant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The decisions of a feature while it is compiled: each is made once, in the order of first use.
 */
final class DecisionList {
  private final String namespace;
  private final String feature;
  private final long revision;
  private final Map<String, Variant> variants = new LinkedHashMap<>();
  private final Map<Origin, Decision> decisions = new LinkedHashMap<>();

  DecisionList(String namespace, FeatureSource source) {
    Feature document = source.document();
    this.namespace = namespace;
    this.feature = document.getKey();
    this.revision = source.revision();
    document.getVariantsList().forEach(variant -> variants.put(variant.getKey(), variant));
  }

  /** Returns the decision that serves a variant for a reason without drawing. */
  Decision fixed(String variant, Reason reason, String rule) {
    return of(new Origin(variant, reason, rule, Arm.ARM_NONE, Drawn.NOTHING));
  }

  /** Returns the decision that serves a variant because of a draw. */
  Decision drawn(String variant, Reason reason, String rule, Arm arm, Drawn drawn) {
    return of(new Origin(variant, reason, rule, arm, drawn));
  }

  /** Returns all decisions; the place of each is its ordinal. */
  List<Decision> all() {
    return new ArrayList<>(decisions.values());
  }

  private Decision of(Origin origin) {
    Decision decision = decisions.get(origin);
    if (decision == null) {
      decision = make(decisions.size(), origin);
      decisions.put(origin, decision);
    }
    return decision;
  }

  private Decision make(int ordinal, Origin origin) {
    Variant variant = variants.get(origin.variant);
    if (variant == null) {
      throw new IllegalArgumentException(
          "variant: '" + origin.variant + "' (expected: one of " + variants.keySet() + ")");
    }
    Drawn drawn = origin.drawn;
    DecisionToken token =
        new DecisionToken(
            namespace,
            feature,
            drawn.split,
            drawn.run,
            drawn.stage,
            origin.arm,
            origin.variant,
            drawn.period,
            revision);
    EvaluateResponse response =
        EvaluateResponse.newBuilder()
            .setVariant(origin.variant)
            .setValue(variant.getValue())
            .setReason(origin.reason)
            .setRule(origin.rule)
            .setDecisionToken(token.encode())
            .setFeatureRevision(revision)
            .build();
    boolean named = !drawn.unit.isCall() && !drawn.unit.name().isEmpty();
    return new Decision(
        ordinal,
        response,
        origin.arm,
        named ? drawn.unit.name() : null,
        drawn.unit.slot(),
        drawn.unit.equals(Unit.CALL));
  }

  /**
   * What was drawn for a decision.
   *
   * @param split id of the split; empty: nothing was drawn
   * @param run id of the run that moves it; empty: none
   * @param stage stage of the run
   * @param period revision that the split's counting period began with; 0 with a run
   * @param unit what the draw was made from
   */
  record Drawn(String split, String run, int stage, long period, Unit unit) {
    static final Drawn NOTHING = new Drawn("", "", 0, 0, new Unit("", Decision.NO_SLOT));
  }

  private record Origin(String variant, Reason reason, String rule, Arm arm, Drawn drawn) {}
}
