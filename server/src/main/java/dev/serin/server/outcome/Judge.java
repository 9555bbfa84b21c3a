package dev.serin.server.outcome;

import static dev.serin.server.outcome.ReportedOutcomes.FEATURE;
import static dev.serin.server.outcome.ReportedOutcomes.INSTANCE_ID;
import static dev.serin.server.outcome.ReportedOutcomes.NAMESPACE;
import static dev.serin.server.outcome.ReportedOutcomes.TOKEN;
import static dev.serin.server.outcome.ReportedOutcomes.UNIT_KEY;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.serin.engine.Bucketing;
import dev.serin.server.outcome.PlaceHandle.CountedMetric;
import dev.serin.server.outcome.PlaceHandle.MadeEvent;
import dev.serin.server.outcome.aggregate.FixedPoint;
import dev.serin.v1.RefusalReason;
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

  private static final long AGE_MAX_MILLIS = OutcomeLimits.AGE_MAX.toMillis();
  private static final long AHEAD_MAX_MILLIS = OutcomeLimits.AHEAD_MAX.toMillis();
  private static final long MILLIS_OF_SECOND = 1_000;
  private static final int NANOS_OF_MILLI = 1_000_000;

  /** What an event that happened counts as, in steps. */
  private static final long HAPPENED = FixedPoint.toSteps(1);

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
   * @param one index of the outcome
   * @param nowMillis the server's time, milliseconds since 1970
   * @param mayWait false: a snapshot that has not come is not waited for
   */
  Judgement judge(
      ReportedOutcomes outcomes, int one, long nowMillis, boolean mayWait, OutcomeLog log) {
    Refusal malformed = malformed(outcomes, one);
    if (malformed != null) {
      return malformed;
    }
    long timeMillis = outcomes.hasTime(one) ? millis(outcomes, one) : nowMillis;
    Refusal untimely = untimely(outcomes, one, timeMillis, nowMillis);
    if (untimely != null) {
      return untimely;
    }
    boolean hasToken = outcomes.length(one, TOKEN) > 0;
    Resolution resolution =
        hasToken
            ? places.ofToken(
                outcomes.bytes(), outcomes.at(one, TOKEN), outcomes.length(one, TOKEN), mayWait)
            : places.ofKey(
                namespace(outcomes, one),
                outcomes.text(one, FEATURE),
                outcomes.text(one, UNIT_KEY),
                nowMillis);
    return switch (resolution) {
      case Refusal refusal -> refusal;
      case Judgement.Later later -> later;
      case PlaceHandle place -> {
        Refusal misplaced = hasToken ? misplaced(outcomes, one, place, nowMillis) : null;
        if (misplaced != null) {
          yield misplaced;
        }
        Refusal refused = append(outcomes, one, place, timeMillis, log);
        if (refused != null) {
          // A treatment whose failures have values that nobody can count must not pass for one
          // without any.
          if (hasToken) {
            log.refused(place);
          }
          yield refused;
        }
        yield place.place().variant().isEmpty()
            ? displayedOnly(outcomes.text(one, FEATURE))
            : Judgement.Counted.COUNTED;
      }
    };
  }

  private static String namespace(ReportedOutcomes outcomes, int one) {
    return outcomes.length(one, NAMESPACE) == 0
        ? OutcomeLimits.DEFAULT_NAMESPACE
        : outcomes.text(one, NAMESPACE);
  }

  private static @Nullable Refusal malformed(ReportedOutcomes outcomes, int one) {
    boolean hasToken = outcomes.length(one, TOKEN) > 0;
    if (!hasToken && outcomes.length(one, FEATURE) == 0) {
      return Refusal.of(
          RefusalReason.REFUSAL_REASON_MISSING_FEATURE,
          "decision_token, feature: none (expected: one of them)");
    }
    int unitBytes = outcomes.length(one, UNIT_KEY);
    if (unitBytes == 0 || unitBytes > OutcomeLimits.UNIT_KEY_BYTES_MAX) {
      return Refusal.of(
          RefusalReason.REFUSAL_REASON_INVALID_UNIT_KEY,
          "unit_key: "
              + unitBytes
              + " bytes (expected: 1 to "
              + OutcomeLimits.UNIT_KEY_BYTES_MAX
              + ")");
    }
    // A character takes at least one byte: only long ones are counted.
    if (outcomes.length(one, INSTANCE_ID) > OutcomeLimits.INSTANCE_CHARS_MAX) {
      int characters = outcomes.text(one, INSTANCE_ID).length();
      if (characters > OutcomeLimits.INSTANCE_CHARS_MAX) {
        return invalid(
            "instance_id: "
                + characters
                + " characters (expected: at most "
                + OutcomeLimits.INSTANCE_CHARS_MAX
                + ")");
      }
    }
    int values = outcomes.valuesCount(one);
    if (values > OutcomeLimits.VALUES_MAX) {
      return invalid("values: " + values + " (expected: at most " + OutcomeLimits.VALUES_MAX + ")");
    }
    if (outcomes.isExposure(one) && values > 0) {
      return invalid("values: " + values + " (expected: none of an exposure)");
    }
    if (outcomes.isExposure(one) && !hasToken) {
      return invalid("decision_token: none (expected: the token of the exposure's answer)");
    }
    return outcomes.dropped(one) == 0 ? null : untellable(outcomes, one, hasToken);
  }

  /** Why an outcome cannot tell of others that were dropped; null: it can. */
  private static @Nullable Refusal untellable(
      ReportedOutcomes outcomes, int one, boolean hasToken) {
    long dropped = outcomes.dropped(one);
    if (outcomes.isExposure(one)) {
      return invalid("dropped: " + dropped + " (expected: none of an exposure)");
    }
    if (!hasToken) {
      return invalid("dropped: " + dropped + " (expected: none without the token that they had)");
    }
    return dropped <= OutcomeLimits.DROPPED_MAX
        ? null
        : invalid("dropped: " + dropped + " (expected: at most " + OutcomeLimits.DROPPED_MAX + ")");
  }

  private static Refusal invalid(String text) {
    return Refusal.of(RefusalReason.REFUSAL_REASON_INVALID_OUTCOME, text);
  }

  /** The time in milliseconds since 1970; {@link #NO_TIME}: before 1970, or no time at all. */
  private static long millis(ReportedOutcomes outcomes, int one) {
    long seconds = outcomes.seconds(one);
    int nanos = outcomes.nanos(one);
    return Timestamps.isValid(seconds, nanos) && seconds >= 0
        ? seconds * MILLIS_OF_SECOND + nanos / NANOS_OF_MILLI
        : NO_TIME;
  }

  private static @Nullable Refusal untimely(
      ReportedOutcomes outcomes, int one, long timeMillis, long nowMillis) {
    if (!Timestamps.isValid(outcomes.seconds(one), outcomes.nanos(one))) {
      return invalid(
          "time: "
              + outcomes.seconds(one)
              + " s and "
              + outcomes.nanos(one)
              + " ns (expected: a time of the years 1 to 9999)");
    }
    if (timeMillis < nowMillis - AGE_MAX_MILLIS) {
      return Refusal.of(
          RefusalReason.REFUSAL_REASON_TOO_OLD,
          "time: " + shown(outcomes, one) + " (expected: at most 7 days ago)");
    }
    if (timeMillis > nowMillis + AHEAD_MAX_MILLIS) {
      return Refusal.of(
          RefusalReason.REFUSAL_REASON_IN_THE_FUTURE,
          "time: "
              + shown(outcomes, one)
              + " (expected: at most 1 minute ahead of the server's clock)");
    }
    return null;
  }

  private static String shown(ReportedOutcomes outcomes, int one) {
    return Timestamps.toString(
        Timestamp.newBuilder()
            .setSeconds(outcomes.seconds(one))
            .setNanos(outcomes.nanos(one))
            .build());
  }

  private static @Nullable Refusal misplaced(
      ReportedOutcomes outcomes, int one, PlaceHandle place, long nowMillis) {
    if (contradicts(outcomes, one, NAMESPACE, place.place().namespace())
        || contradicts(outcomes, one, FEATURE, place.place().feature())) {
      return Refusal.of(
          RefusalReason.REFUSAL_REASON_CONTRADICTS_TOKEN,
          "feature: "
              + Refusal.shown(namespace(outcomes, one) + "/" + outcomes.text(one, FEATURE))
              + " (expected: "
              + Refusal.shown(place.place().namespace() + "/" + place.place().feature())
              + ", as the token says)");
    }
    if (place.endedMillis() > RunDirectory.OPEN
        && place.endedMillis() < nowMillis - AGE_MAX_MILLIS) {
      return Refusal.of(
          RefusalReason.REFUSAL_REASON_TOO_OLD,
          "decision_token: its run or counting period ended "
              + Timestamps.toString(Timestamps.fromMillis(place.endedMillis()))
              + " (expected: at most 7 days ago)");
    }
    return null;
  }

  private static boolean contradicts(ReportedOutcomes outcomes, int one, int text, String known) {
    return outcomes.length(one, text) > 0 && !outcomes.text(one, text).equals(known);
  }

  private @Nullable Refusal append(
      ReportedOutcomes outcomes, int one, PlaceHandle place, long timeMillis, OutcomeLog log) {
    byte[] bytes = outcomes.bytes();
    long unit = Bucketing.hash(bytes, outcomes.at(one, UNIT_KEY), outcomes.length(one, UNIT_KEY));
    if (outcomes.isExposure(one)) {
      log.exposure(place, unit, timeMillis);
      look(place, unit, log);
      return null;
    }
    int count = outcomes.valuesCount(one);
    int from = outcomes.valuesFrom(one);
    for (int i = 0; i < count; i++) {
      int value = from + i;
      CountedMetric metric = place.metric(bytes, outcomes.keyAt(value), outcomes.keyLength(value));
      if (metric == null) {
        return Refusal.of(
            RefusalReason.REFUSAL_REASON_UNKNOWN_METRIC,
            "values: "
                + Refusal.shown(outcomes.key(value))
                + " (expected: a metric of the feature or its namespace that takes values)");
      }
      double reported = outcomes.value(value);
      if (!metric.metric().accepts(reported)) {
        return Refusal.of(
            RefusalReason.REFUSAL_REASON_INVALID_VALUE,
            "values." + metric.metric().key() + ": " + reported + expected(metric));
      }
      metrics[i] = metric;
      steps[i] = FixedPoint.toSteps(metric.metric().counted(reported));
    }
    log.outcome(place, unit, timeMillis);
    log.dropped(outcomes.dropped(one));
    look(place, unit, log);
    boolean makesEvents = place.makesEvents();
    for (int i = 0; i < count; i++) {
      log.value(metrics[i], steps[i]);
      if (makesEvents) {
        addEvents(place, metrics[i], outcomes.value(from + i), log);
      }
    }
    for (CountedMetric metric : place.zeroWhenMissing()) {
      if (!isReported(metric, count)) {
        log.value(metric, 0);
        if (makesEvents) {
          addEvents(place, metric, 0, log);
        }
      }
    }
    return null;
  }

  /** Adds what a value of a metric says of the events that are made of it, before any cap. */
  private static void addEvents(
      PlaceHandle place, CountedMetric metric, double value, OutcomeLog log) {
    for (MadeEvent event : place.eventsOf(metric)) {
      log.value(event.metric(), event.when().happened(value) ? HAPPENED : 0);
    }
  }

  /** Whether a metric is among the first so many of those that were read last. */
  private boolean isReported(CountedMetric metric, int count) {
    for (int i = 0; i < count; i++) {
      if (metrics[i].index() == metric.index()) {
        return true;
      }
    }
    return false;
  }

  /**
   * A unit that is not drawn for its token's variant counts where the token says: the attribute
   * that it is drawn by may be another one. It is seen in the meters.
   */
  private static void look(PlaceHandle place, long unit, OutcomeLog log) {
    if (place.isElsewhere(unit)) {
      log.elsewhere();
    }
  }

  private static String expected(CountedMetric metric) {
    if (metric.isEvent()) {
      return " (expected: 0 or 1)";
    }
    return metric.metric().min() < 0 ? " (expected: within 10^12 of 0)" : " (expected: 0 to 10^12)";
  }

  private static Refusal displayedOnly(String feature) {
    return new Refusal(
        RefusalReason.REFUSAL_REASON_TOKEN_REQUIRED_FOR_EVIDENCE,
        "decision_token: none (expected: the token of the answer; "
            + Refusal.shown(feature)
            + " cannot be decided by the unit key alone)",
        true);
  }
}
