package dev.serin.server.outcome;

import com.google.common.base.Utf8;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.serin.engine.Bucketing;
import dev.serin.server.outcome.PlaceHandle.CountedMetric;
import dev.serin.server.outcome.aggregate.FixedPoint;
import dev.serin.v1.Outcome;
import dev.serin.v1.RefusalReason;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says of an outcome what it counts for, or why it does not. All or nothing: one value that is
 * refused has the whole outcome refused, as half of one cannot be explained.
 *
 * <p>Not for several threads at a time; each worker has its own.
 */
final class Judge {
  /** Milliseconds since 1970 at which an outcome without time happened: now. */
  private static final long NO_TIME = -1;

  private final PlaceResolver places;

  /** The values of the outcome that is judged; used again for the next. */
  private final CountedMetric[] metrics = new CountedMetric[OutcomeLimits.VALUES_MAX];

  private final long[] steps = new long[OutcomeLimits.VALUES_MAX];

  Judge(PlaceResolver places) {
    this.places = places;
  }

  /**
   * Judges an outcome; one that counts, or is displayed, stands in the log afterwards.
   *
   * @param nowMillis the server's time, milliseconds since 1970
   * @param mayWait false: a snapshot that has not come is not waited for
   */
  Judgement judge(Outcome outcome, long nowMillis, boolean mayWait, OutcomeLog log) {
    Refusal malformed = malformed(outcome);
    if (malformed != null) {
      return malformed;
    }
    long timeMillis = outcome.hasTime() ? millis(outcome.getTime()) : nowMillis;
    Refusal untimely = untimely(outcome, timeMillis, nowMillis);
    if (untimely != null) {
      return untimely;
    }
    boolean hasToken = !outcome.getDecisionToken().isEmpty();
    Resolution resolution =
        hasToken
            ? places.ofToken(outcome.getDecisionToken(), mayWait)
            : places.ofKey(
                namespace(outcome), outcome.getFeature(), outcome.getUnitKey(), nowMillis);
    return switch (resolution) {
      case Refusal refusal -> refusal;
      case Judgement.Later later -> later;
      case PlaceHandle place -> {
        Refusal misplaced = hasToken ? misplaced(outcome, place, nowMillis) : null;
        if (misplaced != null) {
          yield misplaced;
        }
        Refusal refused = append(outcome, place, timeMillis, log);
        if (refused != null) {
          yield refused;
        }
        yield place.place().variant().isEmpty()
            ? displayedOnly(outcome)
            : Judgement.Counted.COUNTED;
      }
    };
  }

  private static String namespace(Outcome outcome) {
    return outcome.getNamespace().isEmpty()
        ? OutcomeLimits.DEFAULT_NAMESPACE
        : outcome.getNamespace();
  }

  private static @Nullable Refusal malformed(Outcome outcome) {
    boolean hasToken = !outcome.getDecisionToken().isEmpty();
    if (!hasToken && outcome.getFeature().isEmpty()) {
      return Refusal.of(
          RefusalReason.REFUSAL_REASON_MISSING_FEATURE,
          "decision_token, feature: none (expected: one of them)");
    }
    int unitBytes = Utf8.encodedLength(outcome.getUnitKey());
    if (unitBytes == 0 || unitBytes > OutcomeLimits.UNIT_KEY_BYTES_MAX) {
      return Refusal.of(
          RefusalReason.REFUSAL_REASON_INVALID_UNIT_KEY,
          "unit_key: "
              + unitBytes
              + " bytes (expected: 1 to "
              + OutcomeLimits.UNIT_KEY_BYTES_MAX
              + ")");
    }
    if (outcome.getInstanceId().length() > OutcomeLimits.INSTANCE_CHARS_MAX) {
      return invalid(
          "instance_id: "
              + outcome.getInstanceId().length()
              + " characters (expected: at most "
              + OutcomeLimits.INSTANCE_CHARS_MAX
              + ")");
    }
    if (outcome.getValuesCount() > OutcomeLimits.VALUES_MAX) {
      return invalid(
          "values: "
              + outcome.getValuesCount()
              + " (expected: at most "
              + OutcomeLimits.VALUES_MAX
              + ")");
    }
    if (outcome.getExposure() && outcome.getValuesCount() > 0) {
      return invalid("values: " + outcome.getValuesCount() + " (expected: none of an exposure)");
    }
    if (outcome.getExposure() && !hasToken) {
      return invalid("decision_token: none (expected: the token of the exposure's answer)");
    }
    return null;
  }

  private static Refusal invalid(String text) {
    return Refusal.of(RefusalReason.REFUSAL_REASON_INVALID_OUTCOME, text);
  }

  /** The time in milliseconds since 1970; {@link #NO_TIME}: before 1970, or no time at all. */
  private static long millis(Timestamp time) {
    return Timestamps.isValid(time) && time.getSeconds() >= 0 ? Timestamps.toMillis(time) : NO_TIME;
  }

  private static @Nullable Refusal untimely(Outcome outcome, long timeMillis, long nowMillis) {
    if (!Timestamps.isValid(outcome.getTime())) {
      return invalid(
          "time: "
              + outcome.getTime().getSeconds()
              + " s and "
              + outcome.getTime().getNanos()
              + " ns (expected: a time of the years 1 to 9999)");
    }
    if (timeMillis < nowMillis - OutcomeLimits.AGE_MAX.toMillis()) {
      return Refusal.of(
          RefusalReason.REFUSAL_REASON_TOO_OLD,
          "time: " + Timestamps.toString(outcome.getTime()) + " (expected: at most 7 days ago)");
    }
    if (timeMillis > nowMillis + OutcomeLimits.AHEAD_MAX.toMillis()) {
      return Refusal.of(
          RefusalReason.REFUSAL_REASON_IN_THE_FUTURE,
          "time: "
              + Timestamps.toString(outcome.getTime())
              + " (expected: at most 1 minute ahead of the server's clock)");
    }
    return null;
  }

  private static @Nullable Refusal misplaced(Outcome outcome, PlaceHandle place, long nowMillis) {
    if (contradicts(outcome.getNamespace(), place.place().namespace())
        || contradicts(outcome.getFeature(), place.place().feature())) {
      return Refusal.of(
          RefusalReason.REFUSAL_REASON_CONTRADICTS_TOKEN,
          "feature: "
              + Refusal.shown(namespace(outcome) + "/" + outcome.getFeature())
              + " (expected: "
              + Refusal.shown(place.place().namespace() + "/" + place.place().feature())
              + ", as the token says)");
    }
    if (place.endedMillis() > RunDirectory.OPEN
        && place.endedMillis() < nowMillis - OutcomeLimits.AGE_MAX.toMillis()) {
      return Refusal.of(
          RefusalReason.REFUSAL_REASON_TOO_OLD,
          "decision_token: its run or counting period ended "
              + Timestamps.toString(Timestamps.fromMillis(place.endedMillis()))
              + " (expected: at most 7 days ago)");
    }
    return null;
  }

  private static boolean contradicts(String stated, String known) {
    return !stated.isEmpty() && !stated.equals(known);
  }

  private @Nullable Refusal append(
      Outcome outcome, PlaceHandle place, long timeMillis, OutcomeLog log) {
    long unit = Bucketing.hash(outcome.getUnitKey());
    if (outcome.getExposure()) {
      log.exposure(place, unit, timeMillis);
      return null;
    }
    int count = 0;
    for (Map.Entry<String, Double> value : outcome.getValuesMap().entrySet()) {
      CountedMetric metric = place.metric(value.getKey());
      if (metric == null) {
        return Refusal.of(
            RefusalReason.REFUSAL_REASON_UNKNOWN_METRIC,
            "values: "
                + Refusal.shown(value.getKey())
                + " (expected: a metric of the feature or its namespace that takes values)");
      }
      double reported = value.getValue();
      if (!metric.metric().accepts(reported)) {
        return Refusal.of(
            RefusalReason.REFUSAL_REASON_INVALID_VALUE,
            "values." + metric.metric().key() + ": " + reported + expected(metric));
      }
      metrics[count] = metric;
      steps[count] = FixedPoint.toSteps(metric.metric().counted(reported));
      count++;
    }
    log.outcome(place, unit, timeMillis);
    for (int i = 0; i < count; i++) {
      log.value(metrics[i], steps[i]);
    }
    for (CountedMetric metric : place.zeroWhenMissing()) {
      if (!outcome.containsValues(metric.metric().key())) {
        log.value(metric, 0);
      }
    }
    return null;
  }

  private static String expected(CountedMetric metric) {
    if (metric.isEvent()) {
      return " (expected: 0 or 1)";
    }
    return metric.metric().min() < 0 ? " (expected: within 10^12 of 0)" : " (expected: 0 to 10^12)";
  }

  private static Refusal displayedOnly(Outcome outcome) {
    return new Refusal(
        RefusalReason.REFUSAL_REASON_TOKEN_REQUIRED_FOR_EVIDENCE,
        "decision_token: none (expected: the token of the answer; "
            + Refusal.shown(outcome.getFeature())
            + " cannot be decided by the unit key alone)",
        true);
  }
}
