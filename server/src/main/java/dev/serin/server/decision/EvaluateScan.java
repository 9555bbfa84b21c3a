package dev.serin.server.decision;

import dev.serin.engine.Decision;
import dev.serin.engine.EvaluationContext;
import dev.serin.server.outcome.ExposureRecorder;
import dev.serin.server.wire.WireReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The way from the bytes of an EvaluateRequest to its answer without a message in between.
 *
 * <p>It takes requests as encoders write them and features that exist. Whatever is out of the
 * ordinary (a malformed message, an unknown field, an object among the attributes, anything that
 * ends in an error) it leaves to the ordinary way, which decides the same for every request that
 * both take. A test holds them equal.
 *
 * <p>For one thread at a time, and one call at a time; allocates nothing, but for decisions drawn
 * per call.
 */
final class EvaluateScan {
  // Tags of the fields: number << 3 | wire type.
  private static final int NAMESPACE = 1 << 3 | 2;
  private static final int FEATURE = 2 << 3 | 2;
  private static final int USER_KEY = 3 << 3 | 2;
  private static final int ATTRIBUTES = 4 << 3 | 2;
  private static final int EXPECTED_TYPE = 5 << 3;
  private static final int RECORD_EXPOSURE = 6 << 3;

  /** Types that exist; another number is refused in the ordinary way. */
  private static final int TYPE_MAX = 4;

  private final ServedSnapshots snapshots;
  private final CallInputs inputs;
  private final ExposureRecorder exposures;
  private final EvaluationContext context = new EvaluationContext();
  private final WireReader reader = new WireReader();
  private final AttributeScan attributes = new AttributeScan(reader, context);

  private byte[] lastNamespace = {};
  private ServedSnapshots.@Nullable Place lastPlace;

  EvaluateScan(ServedSnapshots snapshots, CallInputs inputs, ExposureRecorder exposures) {
    this.snapshots = snapshots;
    this.inputs = inputs;
    this.exposures = exposures;
  }

  /**
   * The answer to a request; null: it is out of the ordinary.
   *
   * @param bytes holds the message; not changed until this returns
   * @param end end of the message, which begins at 0
   */
  @Nullable Answer answer(byte[] bytes, int end) {
    reader.begin(bytes);
    int namespaceAt = 0;
    int namespaceLength = 0;
    int featureAt = 0;
    int featureLength = 0;
    int userKeyAt = 0;
    int userKeyLength = 0;
    int attributesAt = 0;
    int attributesLength = 0;
    int expectedType = 0;
    boolean recordsExposure = true;
    while (reader.at() < end) {
      byte tag = reader.next();
      if (tag == EXPECTED_TYPE) {
        expectedType = reader.small(end);
        if (expectedType < 0 || expectedType > TYPE_MAX) {
          return null;
        }
        continue;
      }
      if (tag == RECORD_EXPOSURE) {
        int bool = reader.small(end);
        if (bool == WireReader.UNEXPECTED) {
          return null;
        }
        recordsExposure = bool != 0;
        continue;
      }
      int length = reader.length(end);
      if (length == WireReader.UNEXPECTED) {
        return null;
      }
      int at = reader.at();
      switch (tag) {
        case NAMESPACE -> {
          namespaceAt = at;
          namespaceLength = length;
        }
        case FEATURE -> {
          featureAt = at;
          featureLength = length;
        }
        case USER_KEY -> {
          userKeyAt = at;
          userKeyLength = length;
        }
        case ATTRIBUTES -> {
          if (attributesAt != 0) {
            return null;
          }
          attributesAt = at;
          attributesLength = length;
          reader.moveTo(at + length);
          continue;
        }
        default -> {
          return null;
        }
      }
      if (!reader.text(length)) {
        return null;
      }
    }
    if (userKeyLength > RequestLimits.USER_KEY_BYTES_MAX) {
      return null;
    }
    ServedSnapshots.Place place = place(bytes, namespaceAt, namespaceLength);
    ServedSnapshot snapshot = place == null ? null : place.snapshot();
    if (place == null || snapshot == null) {
      return null;
    }
    ServedFeature feature = snapshot.feature(bytes, featureAt, featureLength);
    if (feature == null
        || (expectedType != 0 && expectedType != feature.compiled().type().getNumber())) {
      return null;
    }
    context.begin(
        snapshot.snapshot(),
        inputs.nowMillis().getAsLong(),
        inputs.random().getAsLong(),
        snapshot.live() ? place.silentMillis() : 0);
    context.userKey(bytes, userKeyAt, userKeyLength);
    if (!attributes.read(bytes, attributesAt, attributesAt + attributesLength)) {
      return null;
    }
    Decision decision = feature.compiled().evaluate(context);
    ServedDecision served = feature.served(decision);
    if (recordsExposure) {
      served.expose(context, exposures);
    }
    return decision.perCall() ? new DrawnDecision(served, context.decisionId()) : served;
  }

  /** The place of a namespace, kept: calls of one connection name the same again and again. */
  private ServedSnapshots.@Nullable Place place(byte[] bytes, int at, int length) {
    if (lastPlace == null
        || lastPlace.snapshot() == null
        || !Arrays.equals(bytes, at, at + length, lastNamespace, 0, lastNamespace.length)) {
      lastNamespace = Arrays.copyOfRange(bytes, at, at + length);
      lastPlace =
          snapshots.place(
              length == 0
                  ? RequestLimits.DEFAULT_NAMESPACE
                  : new String(lastNamespace, StandardCharsets.UTF_8));
    }
    return lastPlace;
  }
}
