package dev.serin.server.outcome;

import dev.serin.engine.CompiledFeature;
import dev.serin.engine.Decision;
import dev.serin.engine.DecisionToken;
import dev.serin.engine.EvaluationContext;
import dev.serin.engine.KeyOnly;
import dev.serin.engine.Snapshot;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;
import dev.serin.v1.RefusalReason;
import java.util.HexFormat;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where outcomes of a feature count that have no token: evaluated by the unit key alone, where that
 * decides. Of one snapshot; not for several threads at a time.
 */
final class KeyArms {
  /** Unit whose value is a field of its own. */
  private static final String USER_KEY = "user_key";

  private static final Pattern DECISION_ID = Pattern.compile("[0-9a-f]{16}");

  private final Snapshot snapshot;
  private final CompiledFeature feature;
  private final Function<DecisionToken, Resolution> placed;

  /** Null: attributes decide too. */
  private final @Nullable KeyOnly key;

  /** By ordinal of the decision; null: not asked for yet. */
  private final @Nullable Resolution[] places;

  private final PlaceHandle displayed;

  /**
   * Arms of a feature.
   *
   * @param placed finds the place of a decision by its token
   */
  KeyArms(Snapshot snapshot, CompiledFeature feature, Function<DecisionToken, Resolution> placed) {
    this.snapshot = snapshot;
    this.feature = feature;
    this.placed = placed;
    this.key = KeyOnly.of(snapshot, feature);
    this.places = new @Nullable Resolution[feature.decisions().size()];
    Place nowhere =
        new Place(snapshot.namespace(), feature.key(), "", "", 0, 0, Arm.ARM_NONE, "", false, "");
    this.displayed =
        new PlaceHandle(nowhere, snapshot.metrics().of(feature.key()), RunDirectory.OPEN, null);
  }

  Snapshot snapshot() {
    return snapshot;
  }

  /** Returns the place of what a unit is served at a time. */
  Resolution resolve(EvaluationContext context, String unitKey, long nowMillis) {
    KeyOnly decides = key;
    if (decides == null) {
      return displayed;
    }
    if (decides.perCall()) {
      if (!DECISION_ID.matcher(unitKey).matches()) {
        return Refusal.of(
            RefusalReason.REFUSAL_REASON_INVALID_UNIT_KEY,
            "unit_key: " + Refusal.shown(unitKey) + " (expected: the decision_id of an answer)");
      }
      context.begin(snapshot, nowMillis, HexFormat.fromHexDigitsToLong(unitKey), 0);
    } else {
      context.begin(snapshot, nowMillis, 0, 0);
      if (decides.unit().equals(USER_KEY)) {
        context.userKey(unitKey);
      } else {
        context.attribute(decides.unit(), unitKey);
      }
    }
    Decision decision = feature.evaluate(context);
    Resolution place = places[decision.ordinal()];
    if (place == null) {
      place = placed.apply(DecisionToken.decode(decision.token()));
      places[decision.ordinal()] = place;
    }
    return place;
  }
}
