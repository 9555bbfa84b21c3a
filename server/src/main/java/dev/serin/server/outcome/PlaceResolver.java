package dev.serin.server.outcome;

import dev.serin.engine.CompiledFeature;
import dev.serin.engine.DecisionToken;
import dev.serin.engine.Snapshot;
import dev.serin.server.outcome.RunDirectory.KnownRun;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;
import dev.serin.v1.Feature;
import dev.serin.v1.RefusalReason;
import dev.serin.v1.Split;
import dev.serin.v1.Variant;
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

  /** Unit of a split whose document names none. */
  private static final String USER_KEY = "user_key";

  private final OutcomeSnapshots snapshots;
  private final RunDirectory runs;
  private final Map<String, Known> byToken = bounded();
  private final Map<FeatureName, Known> byFeature = bounded();

  PlaceResolver(OutcomeSnapshots snapshots, RunDirectory runs) {
    this.snapshots = snapshots;
    this.runs = runs;
  }

  /** What was found with a snapshot. */
  private record Known(String namespace, Snapshot snapshot, Resolution resolution) {}

  private record FeatureName(String namespace, String feature) {}

  private static <K> Map<K, Known> bounded() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, Known> eldest) {
        return size() > REMEMBERED_MAX;
      }
    };
  }

  /**
   * Returns the place that a token names; {@link Judgement.Later}: the snapshot it was made with
   * has not come yet.
   *
   * @param mayWait false: a snapshot that has not come is not waited for
   */
  Resolution ofToken(String token, boolean mayWait) {
    Known known = byToken.get(token);
    if (known != null && isCurrent(known)) {
      return known.resolution();
    }
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
    byToken.put(token, new Known(decoded.namespace(), snapshot, resolution));
    return resolution;
  }

  /** Returns the place where outcomes of a feature are displayed whose arm nobody can say. */
  Resolution ofFeature(String namespace, String feature) {
    FeatureName name = new FeatureName(namespace, feature);
    Known known = byFeature.get(name);
    if (known != null && isCurrent(known)) {
      return known.resolution();
    }
    Snapshot snapshot = snapshots.get(namespace);
    if (snapshot == null) {
      return unknownNamespace(namespace);
    }
    CompiledFeature compiled = snapshot.feature(feature);
    if (compiled == null) {
      return unknownFeature(namespace, feature);
    }
    Place place = new Place(namespace, feature, "", "", 0, 0, Arm.ARM_NONE, "", false, "");
    Resolution resolution =
        new PlaceHandle(place, snapshot.metrics().of(feature), false, RunDirectory.OPEN);
    byFeature.put(name, new Known(namespace, snapshot, resolution));
    return resolution;
  }

  private boolean isCurrent(Known known) {
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
    Feature document = compiled.source().document();
    if (!hasVariant(document, token.variant())) {
      return Refusal.of(
          RefusalReason.REFUSAL_REASON_UNKNOWN_VARIANT,
          "variant: "
              + Refusal.shown(token.variant())
              + " (expected: one of feature "
              + Refusal.shown(token.feature())
              + ")");
    }
    KnownRun run = null;
    if (!token.run().isEmpty()) {
      run = runs.find(token.namespace(), token.feature(), token.split(), token.run());
      if (run == null) {
        return unknownPlace("run", token.run(), "one of split " + token.split());
      }
    }
    String unit = "";
    if (!token.split().isEmpty()) {
      Split split = split(document, token.split());
      if (split == null) {
        return unknownPlace("split", token.split(), "one of feature " + token.feature());
      }
      if (!isPlace(token, split, run)) {
        return unknownPlace(
            "arm",
            token.arm() + " of " + token.variant() + ", stage " + token.stage(),
            "one that was served");
      }
      unit = unitOf(split);
    } else if (token.arm() != Arm.ARM_NONE || run != null || token.stage() != 0) {
      return unknownPlace("arm", token.arm() + " without a split", "none");
    }
    Place place =
        new Place(
            token.namespace(),
            token.feature(),
            token.split(),
            token.run(),
            0,
            token.stage(),
            token.arm(),
            token.variant(),
            run != null && run.isEnded(),
            unit);
    return new PlaceHandle(
        place,
        snapshot.metrics().of(token.feature()),
        true,
        run == null ? RunDirectory.OPEN : run.endedMillis());
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

  private static @Nullable Split split(Feature document, String id) {
    for (Split split : document.getSplitsList()) {
      if (split.getId().equals(id)) {
        return split;
      }
    }
    return null;
  }

  /** The attribute whose values are the split's units; empty: the call. */
  private static String unitOf(Split split) {
    if (split.getProbability()) {
      return "";
    }
    return split.getUnit().isEmpty() ? USER_KEY : split.getUnit();
  }

  /** Whether the split, or the run that moves it, serves the token's variant as this arm. */
  private static boolean isPlace(DecisionToken token, Split split, @Nullable KnownRun run) {
    if (run == null) {
      return token.stage() == 0
          && switch (token.arm()) {
            case ARM_SPLIT ->
                split.getWeightsList().stream()
                    .anyMatch(weighted -> weighted.getVariant().equals(token.variant()));
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
    return token.stage() >= 0
        && token.stage() <= run.stage()
        && switch (token.arm()) {
          case ARM_TREATMENT, ARM_SURPLUS -> isTreatment;
          case ARM_CONTROL, ARM_REMAINDER -> isControl;
          case ARM_NONE -> isTreatment || isControl;
          case ARM_UNSPECIFIED, ARM_SPLIT, UNRECOGNIZED -> false;
        };
  }
}
