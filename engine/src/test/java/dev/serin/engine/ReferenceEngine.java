package dev.serin.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.dynatrace.hash4j.hashing.Hashing;
import com.google.protobuf.Value;
import dev.serin.v1.Arm;
import dev.serin.v1.Feature;
import dev.serin.v1.Holdout;
import dev.serin.v1.Layer;
import dev.serin.v1.LayerSlot;
import dev.serin.v1.Override;
import dev.serin.v1.Prerequisite;
import dev.serin.v1.Reason;
import dev.serin.v1.Rule;
import dev.serin.v1.Schedule;
import dev.serin.v1.Serve;
import dev.serin.v1.Share;
import dev.serin.v1.Split;
import dev.serin.v1.Variant;
import dev.serin.v1.WeightedVariant;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * Evaluation by the letter of the protos and docs/bucketing.md: reads the documents anew for each
 * call, compiles and remembers nothing, and counts draws in whole numbers of any size. Slow; what
 * the engine does has to agree with it.
 */
final class ReferenceEngine {
  private static final BigInteger DRAWS = BigInteger.ONE.shiftLeft(64);
  private static final int DEFAULT_TOTAL = 100;

  /** The call as a unit. */
  static final String CALL = "decision_id";

  private final SnapshotSource source;
  private final Call call;
  private final ReferenceConditions conditions;

  ReferenceEngine(SnapshotSource source, Call call) {
    this.source = source;
    this.call = call;
    this.conditions = new ReferenceConditions(source, call);
  }

  /**
   * What is answered, and what for.
   *
   * @param unit name of the unit that was drawn; empty: nothing was drawn
   * @param unitHash its hash; 0: nothing was drawn
   */
  record Answer(
      String variant,
      Value value,
      Reason reason,
      String rule,
      DecisionToken token,
      String unit,
      long unitHash) {

    /** What the engine answered in a call. */
    static Answer of(Decision decision, EvaluationContext context) {
      String unit = decision.perCall() ? CALL : decision.unit();
      return new Answer(
          decision.variant(),
          decision.value(),
          decision.reason(),
          decision.rule(),
          DecisionToken.decode(decision.token()),
          unit == null ? "" : unit,
          context.unitHash(decision));
    }
  }

  Answer evaluate(String key) {
    FeatureSource state = requireNonNull(source.features().get(key));
    Feature feature = state.document();
    if (feature.getDisabled()) {
      return off(state, Reason.REASON_DISABLED);
    }
    if (state.killed()) {
      return off(state, Reason.REASON_KILLED);
    }
    if (!isInside(feature.getSchedule())) {
      return off(state, Reason.REASON_OUTSIDE_SCHEDULE);
    }
    for (Override override : feature.getOverridesList()) {
      if (override.getUserKeysList().contains(call.userKey())) {
        return fixed(state, override.getVariant(), Reason.REASON_OVERRIDE, "");
      }
    }
    for (Prerequisite prerequisite : feature.getPrerequisitesList()) {
      String answer = evaluate(prerequisite.getFeature()).variant;
      if (!prerequisite.getVariantsList().contains(answer)) {
        return off(state, Reason.REASON_PREREQUISITE_NOT_MET);
      }
    }
    if (!feature.getHoldout().isEmpty()) {
      Holdout holdout = requireNonNull(source.holdouts().get(feature.getHoldout()));
      String unit = unit(holdout.getUnit());
      if (unit == null) {
        return missing(state, "");
      }
      String salt = or(holdout.getSalt(), "holdout:" + source.namespace() + "/" + holdout.getKey());
      if (isBelow(draw(unit, salt), holdout.getShare().getParts(), of(holdout.getShare()))) {
        return fixed(state, feature.getDefaultVariant(), Reason.REASON_HOLDOUT, "");
      }
    }
    if (feature.hasLayer()) {
      LayerSlot slot = feature.getLayer();
      Layer layer = requireNonNull(source.layers().get(slot.getLayer()));
      String unit = unit(layer.getUnit());
      if (unit == null) {
        return missing(state, "");
      }
      String salt = or(layer.getSalt(), "layer:" + source.namespace() + "/" + layer.getKey());
      BigInteger draw = draw(unit, salt);
      long total = layer.getTotal() == 0 ? DEFAULT_TOTAL : layer.getTotal();
      if (isBelow(draw, slot.getFrom(), total) || !isBelow(draw, slot.getUntil(), total)) {
        return off(state, Reason.REASON_LAYER);
      }
    }
    for (int i = 0; i < feature.getRulesCount(); i++) {
      Rule rule = feature.getRules(i);
      if (conditions.allHold(rule.getWhenList())) {
        String id = or(rule.getId(), "rule-" + (i + 1));
        return serve(state, rule.getServe(), Reason.REASON_RULE, id);
      }
    }
    return feature.hasDefaultRule()
        ? serve(state, feature.getDefaultRule(), Reason.REASON_DEFAULT, "")
        : fixed(state, feature.getDefaultVariant(), Reason.REASON_DEFAULT, "");
  }

  private boolean isInside(Schedule schedule) {
    BigDecimal now = BigDecimal.valueOf(call.nowMillis(), 3);
    return !(schedule.hasFrom() && now.compareTo(ReferenceValues.seconds(schedule.getFrom())) < 0)
        && !(schedule.hasUntil()
            && now.compareTo(ReferenceValues.seconds(schedule.getUntil())) >= 0);
  }

  private Answer serve(FeatureSource state, Serve serve, Reason reason, String rule) {
    if (serve.hasVariant()) {
      return fixed(state, serve.getVariant(), reason, rule);
    }
    Split split =
        state.document().getSplitsList().stream()
            .filter(candidate -> candidate.getId().equals(serve.getSplit()))
            .findFirst()
            .orElseThrow();
    String unit = unit(split.getProbability() ? CALL : split.getUnit());
    if (unit == null) {
      return missing(state, rule);
    }
    for (LiveRun run : state.runs()) {
      if (run.split().equals(split.getId())) {
        return run(state, split, run, unit, rule);
      }
    }
    return weights(state, split, unit, rule);
  }

  /** Variant i owns [W_i, W_i + c * w_i), the rest gets the default. */
  private Answer weights(FeatureSource state, Split split, String unit, String rule) {
    BigInteger draw = draw(unit, salt(state, split));
    long total = split.getTotal() == 0 ? DEFAULT_TOTAL : split.getTotal();
    Share all = Share.newBuilder().setParts(1).setOf(1).build();
    Share coverage = split.hasCoverage() ? split.getCoverage() : all;
    BigInteger of = BigInteger.valueOf(of(coverage));
    BigInteger whole = of.multiply(BigInteger.valueOf(total));
    long before = 0;
    for (WeightedVariant one : split.getWeightsList()) {
      BigInteger from = of.multiply(BigInteger.valueOf(before));
      BigInteger covered =
          BigInteger.valueOf(coverage.getParts()).multiply(BigInteger.valueOf(one.getWeight()));
      if (!isBelow(draw, from, whole) && isBelow(draw, from.add(covered), whole)) {
        Drawn drawn = new Drawn(split, null, Arm.ARM_SPLIT, unit);
        return drawn(state, one.getVariant(), Reason.REASON_SPLIT, rule, drawn);
      }
      before += one.getWeight();
    }
    Drawn drawn = new Drawn(split, null, Arm.ARM_NONE, unit);
    String variant = state.document().getDefaultVariant();
    return drawn(state, variant, Reason.REASON_NOT_COVERED, rule, drawn);
  }

  private Answer run(FeatureSource state, Split split, LiveRun run, String unit, String rule) {
    if (run.phase() != RunPhase.RUNNING) {
      String variant = run.phase() == RunPhase.COMPLETED ? run.treatment() : run.control();
      Drawn drawn = new Drawn(split, run, Arm.ARM_NONE, unit);
      return drawn(state, variant, Reason.REASON_SPLIT, rule, drawn);
    }
    String splitSalt = salt(state, split);
    String salt = run.keepBucketing() ? splitSalt : "run:" + run.runId() + ":" + splitSalt;
    Arm arm = arm(draw(unit, salt), run.shareParts(), run.shareOf());
    boolean treated = arm == Arm.ARM_TREATMENT || arm == Arm.ARM_SURPLUS;
    if (treated && call.silentMillis() > run.staleAfterMillis()) {
      Drawn drawn = new Drawn(split, run, Arm.ARM_NONE, unit);
      return drawn(state, run.control(), Reason.REASON_STALE, rule, drawn);
    }
    String variant = treated ? run.treatment() : run.control();
    return drawn(state, variant, Reason.REASON_SPLIT, rule, new Drawn(split, run, arm, unit));
  }

  /** The arm of a draw, with the treatment's share t = parts / of. */
  static Arm arm(BigInteger draw, long parts, long of) {
    if (2 * parts <= of) {
      return isBelow(draw, parts, of)
          ? Arm.ARM_TREATMENT
          : isBelow(draw, of - parts, of) ? Arm.ARM_REMAINDER : Arm.ARM_CONTROL;
    }
    return isBelow(draw, of - parts, of)
        ? Arm.ARM_TREATMENT
        : isBelow(draw, parts, of) ? Arm.ARM_SURPLUS : Arm.ARM_CONTROL;
  }

  private Answer off(FeatureSource state, Reason reason) {
    Feature feature = state.document();
    String variant = or(feature.getOffVariant(), feature.getDefaultVariant());
    return fixed(state, variant, reason, "");
  }

  private Answer missing(FeatureSource state, String rule) {
    String variant = state.document().getDefaultVariant();
    return fixed(state, variant, Reason.REASON_TARGETING_KEY_MISSING, rule);
  }

  private Answer fixed(FeatureSource state, String variant, Reason reason, String rule) {
    Split nothing = Split.getDefaultInstance();
    return drawn(state, variant, reason, rule, new Drawn(nothing, null, Arm.ARM_NONE, ""));
  }

  private record Drawn(Split split, @Nullable LiveRun run, Arm arm, String unit) {}

  private Answer drawn(
      FeatureSource state, String variant, Reason reason, String rule, Drawn drawn) {
    Value value =
        state.document().getVariantsList().stream()
            .filter(candidate -> candidate.getKey().equals(variant))
            .map(Variant::getValue)
            .findFirst()
            .orElseThrow();
    DecisionToken token =
        new DecisionToken(
            source.namespace(),
            state.document().getKey(),
            drawn.split.getId(),
            drawn.run == null ? "" : drawn.run.runId(),
            drawn.run == null ? 0 : drawn.run.stage(),
            drawn.arm,
            variant,
            drawn.run == null ? period(state, drawn.split.getId()) : 0,
            state.revision());
    boolean nothing = drawn.unit.isEmpty();
    String unit = drawn.split.getProbability() ? CALL : or(drawn.split.getUnit(), "user_key");
    return new Answer(
        variant, value, reason, rule, token, nothing ? "" : unit, nothing ? 0 : hash(drawn.unit));
  }

  /** The revision that the split's period began with, which has not ended. */
  private static long period(FeatureSource state, String split) {
    return state.periods().stream()
        .filter(period -> period.split().equals(split) && period.endedMillis() == Long.MAX_VALUE)
        .mapToLong(SplitPeriod::revision)
        .findFirst()
        .orElse(0);
  }

  private String salt(FeatureSource state, Split split) {
    String key = state.document().getKey();
    return or(split.getSalt(), source.namespace() + "/" + key + "/" + split.getId());
  }

  /** Returns the text of a unit: a text, or the digits of an integer; null: it is missing. */
  @Nullable String unit(String attribute) {
    if (attribute.equals(CALL)) {
      return "%016x".formatted(call.random());
    }
    Value value = conditions.attribute(or(attribute, "user_key"));
    if (value == null) {
      return null;
    }
    if (value.hasStringValue()) {
      return value.getStringValue().isEmpty() ? null : value.getStringValue();
    }
    double number = value.getNumberValue();
    boolean integer = value.hasNumberValue() && number == Math.rint(number);
    return integer && Math.abs(number) <= 0x1p53 ? new BigDecimal(number).toPlainString() : null;
  }

  private static long hash(String text) {
    return Hashing.xxh3_64().hashBytesToLong(text.getBytes(UTF_8));
  }

  /** mix64(unit_hash ^ salt_hash), as a number from 0 to 2^64 - 1. */
  static BigInteger draw(String unit, String salt) {
    long x = hash(unit) ^ hash(salt);
    x = (x ^ (x >>> 30)) * 0xbf58476d1ce4e5b9L;
    x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
    x = x ^ (x >>> 31);
    return new BigInteger(Long.toUnsignedString(x));
  }

  /** Whether draw / 2^64 is below parts / of. */
  static boolean isBelow(BigInteger draw, BigInteger parts, BigInteger of) {
    return draw.multiply(of).compareTo(parts.multiply(DRAWS)) < 0;
  }

  private static boolean isBelow(BigInteger draw, long parts, long of) {
    return isBelow(draw, BigInteger.valueOf(parts), BigInteger.valueOf(of));
  }

  private static long of(Share share) {
    return share.getOf() == 0 ? DEFAULT_TOTAL : share.getOf();
  }

  private static String or(String text, String otherwise) {
    return text.isEmpty() ? otherwise : text;
  }
}
