package dev.serin.server.outcome;

import dev.serin.engine.CompiledFeature;
import dev.serin.engine.DecisionToken;
import dev.serin.engine.EvaluationContext;
import dev.serin.engine.Snapshot;
import dev.serin.engine.SplitPeriod;
import dev.serin.server.outcome.RunDirectory.KnownRun;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;
import dev.serin.v1.Feature;
import dev.serin.v1.RefusalReason;
import dev.serin.v1.Variant;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds where an outcome counts: by its token, which is checked against the snapshot since anybody
 * can write one, or by its feature.
 *
 * <p>What it found is remembered for as long as the namespace's snapshot stays the same. Not for
 * several threads at a time; each worker has its own.
 */
final class PlaceResolver {
  /** Tokens, and features, that are remembered: more than a worker sees of live features. */
  static final int REMEMBERED_MAX = 4_096;

  private final OutcomeSnapshots snapshots;
  private final RunDirectory runs;
  private final KnownTokens byToken = new KnownTokens(REMEMBERED_MAX);
  private final Map<FeatureName, KeyArms> byFeature = bounded();
  private final EvaluationContext context = new EvaluationContext();

  PlaceResolver(OutcomeSnapshots snapshots, RunDirectory runs) {
    this.snapshots = snapshots;
    this.runs = runs;
  }

  private record FeatureName(String namespace, String feature) {}

  private static <K, V> Map<K, V> bounded() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > REMEMBERED_MAX;
      }
    };
  }

  /**
   * Returns the place that a token names; {@link Judgement.Later}: the snapshot it was made with
   * has not come yet.
   *
   * @param bytes hold the token from {@code at} on
   * @param mayWait false: a snapshot that has not come is not waited for
   */
  Resolution ofToken(byte[] bytes, int at, int length, boolean mayWait) {
    KnownTokens.Known known = byToken.find(bytes, at, length);
    if (known != null && isCurrent(known)) {
      return known.resolution();
    }
    String token = new String(bytes, at, length, StandardCharsets.UTF_8);
    DecisionToken decoded;
    try {
      decoded = DecisionToken.decode(token);
    } catch (IllegalArgumentException e) {
      return Refusal.of(
          RefusalReason.REFUSAL_REASON_INVALID_TOKEN,
          "decision_token: "
              + Refusal.shown(token)
              + " (expected: the decision_token of an answer, unchanged)");
    }
    Snapshot snapshot = snapshots.get(decoded.namespace());
    if (snapshot == null) {
      return unknownNamespace(decoded.namespace());
    }
    boolean isNewer = decoded.featureRevision() > snapshot.revision();
    if (isNewer && mayWait) {
      return Judgement.Later.LATER;
    }
    Resolution resolution =
        isNewer
            ? unknownPlace(
                "revision",
                Long.toString(decoded.featureRevision()),
                "at most " + snapshot.revision())
            : checked(decoded, snapshot);
    byToken.add(token, decoded.namespace(), snapshot, resolution);
    return resolution;
  }

  /**
   * Returns the place of an outcome without token: that of what its unit key is served now, where
   * the key alone decides it; else one where it is displayed, of no variant.
   *
   * @param nowMillis the server's time, milliseconds since 1970
   */
  Resolution ofKey(String namespace, String feature, String unitKey, long nowMillis) {
    FeatureName name = new FeatureName(namespace, feature);
    KeyArms arms = byFeature.get(name);
    if (arms == null || snapshots.get(namespace) != arms.snapshot()) {
      Snapshot snapshot = snapshots.get(namespace);
      if (snapshot == null) {
        return unknownNamespace(namespace);
      }
      CompiledFeature compiled = snapshot.feature(feature);
      if (compiled == null) {
        return unknownFeature(namespace, feature);
      }
      arms = new KeyArms(snapshot, compiled, token -> checked(token, snapshot, compiled));
      byFeature.put(name, arms);
    }
    return arms.resolve(context, unitKey, nowMillis);
  }

  private boolean isCurrent(KnownTokens.Known known) {
    return snapshots.get(known.namespace()) == known.snapshot();
  }

  /** One that is not loaded yet may exist. */
  private Resolution unknownNamespace(String namespace) {
    return snapshots.ready()
        ? Refusal.of(
            RefusalReason.REFUSAL_REASON_UNKNOWN_NAMESPACE,
            "namespace: " + Refusal.shown(namespace) + " (expected: one that was created)")
        : Judgement.Later.LATER;
  }

  private static Refusal unknownFeature(String namespace, String feature) {
    return Refusal.of(
        RefusalReason.REFUSAL_REASON_UNKNOWN_FEATURE,
        "feature: "
            + Refusal.shown(feature)
            + " (expected: one of namespace "
            + Refusal.shown(namespace)
            + ")");
  }

  private Resolution checked(DecisionToken token, Snapshot snapshot) {
    CompiledFeature compiled = snapshot.feature(token.feature());
    if (compiled == null) {
      return unknownFeature(token.namespace(), token.feature());
    }
    return checked(token, snapshot, compiled);
  }

  /**
   * Returns the place of a token, if its split, or the run that moves it, serves such a variant.
   */
  private Resolution checked(DecisionToken token, Snapshot snapshot, CompiledFeature compiled) {
    KnownRun run = null;
    if (!token.run().isEmpty()) {
      run = runs.find(token.namespace(), token.feature(), token.split(), token.run());
      if (run == null) {
        return unknownPlace("run", token.run(), "one of split " + token.split());
      }
    }
    SplitPeriod period = null;
    if (!token.split().isEmpty()) {
      period = period(token, compiled, run);
      if (period == null) {
        return unknownPlace(
            "split",
            token.split() + ", period " + token.period(),
            "one of feature " + token.feature() + " that outcomes may come for");
      }
    }
    boolean known = period != null && period.variants().contains(token.variant());
    if (!known && !hasVariant(compiled.source().document(), token.variant())) {
      return Refusal.of(
          RefusalReason.REFUSAL_REASON_UNKNOWN_VARIANT,
          "variant: "
              + Refusal.shown(token.variant())
              + " (expected: one of feature "
              + Refusal.shown(token.feature())
              + ")");
    }
    if (!(period == null ? isNothingDrawn(token) : isPlace(token, period, run))) {
      return unknownPlace(
          "arm",
          token.arm() + " of " + token.variant() + ", stage " + token.stage(),
          "one that was served");
    }
    Place place =
        new Place(
            token.namespace(),
            token.feature(),
            token.split(),
            token.run(),
            token.period(),
            token.stage(),
            token.arm(),
            token.variant(),
            run != null && run.isEnded(),
            period == null ? "" : period.unit());
    // An outcome without token is placed by the same draw, and so never elsewhere.
    boolean isDrawn = period != null && period.isCurrent() && token.arm() == Arm.ARM_SPLIT;
    return new PlaceHandle(
        place,
        snapshot.metrics().of(token.feature()),
        ended(token, period, run),
        isDrawn ? compiled.draws(token.split()) : null);
  }

  /** When the last token of the place was given out; see {@link RunDirectory}. */
  private static long ended(
      DecisionToken token, @Nullable SplitPeriod period, @Nullable KnownRun run) {
    if (run != null) {
      // What a run left at its end is served on, for display, until something replaces it.
      boolean isLeft = token.arm() == Arm.ARM_NONE && run.serving();
      return isLeft ? RunDirectory.OPEN : run.endedMillis();
    }
    return period == null || period.isCurrent() ? RunDirectory.OPEN : period.endedMillis();
  }

  /**
   * The token's counting period; of a run, which has none, that of its end, as its units and
   * variants are those of the split then; null: unknown.
   */
  private static @Nullable SplitPeriod period(
      DecisionToken token, CompiledFeature compiled, @Nullable KnownRun run) {
    for (SplitPeriod period : compiled.periods(token.split())) {
      if (run == null
          ? period.revision() == token.period()
          : period.revision() < run.endRevision()) {
        return period;
      }
    }
    return null;
  }

  private static boolean isNothingDrawn(DecisionToken token) {
    return token.arm() == Arm.ARM_NONE
        && token.run().isEmpty()
        && token.stage() == 0
        && token.period() == 0;
  }

  private static Refusal unknownPlace(String what, String value, String expected) {
    return Refusal.of(
        RefusalReason.REFUSAL_REASON_UNKNOWN_PLACE,
        "decision_token: " + what + " " + Refusal.shown(value) + " (expected: " + expected + ")");
  }

  private static boolean hasVariant(Feature document, String key) {
    for (Variant variant : document.getVariantsList()) {
      if (variant.getKey().equals(key)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the split, or the run that moves it, serves the token's variant as this arm. */
  private static boolean isPlace(DecisionToken token, SplitPeriod period, @Nullable KnownRun run) {
    if (run == null) {
      return token.stage() == 0
          && switch (token.arm()) {
            case ARM_SPLIT -> period.variants().contains(token.variant());
            case ARM_NONE -> true;
            case ARM_UNSPECIFIED,
                ARM_TREATMENT,
                ARM_SURPLUS,
                ARM_CONTROL,
                ARM_REMAINDER,
                UNRECOGNIZED ->
                false;
          };
    }
    boolean isTreatment = token.variant().equals(run.treatment());
    boolean isControl = token.variant().equals(run.control());
    return token.period() == 0
        && token.stage() >= 0
        && token.stage() <= run.stage()
        && switch (token.arm()) {
          case ARM_TREATMENT, ARM_SURPLUS -> isTreatment;
          case ARM_CONTROL, ARM_REMAINDER -> isControl;
          case ARM_NONE -> isTreatment || isControl;
          case ARM_UNSPECIFIED, ARM_SPLIT, UNRECOGNIZED -> false;
        };
  }
}
