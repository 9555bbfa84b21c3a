package dev.serin.server.decision;

import com.google.protobuf.Struct;
import dev.serin.engine.CompiledFeature;
import dev.serin.engine.Decision;
import dev.serin.engine.EvaluationContext;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.outcome.ExposureRecorder;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.ValueType;
import java.util.Locale;
import java.util.Optional;

/**
 * Decisions for requests that are messages: what the call path answers for bytes, in the ordinary
 * way, and what it falls back to for bytes out of the ordinary.
 *
 * <p>Errors are thrown as {@link dev.serin.server.error.ApiException}. Safe for all threads; blocks
 * nowhere.
 */
final class Evaluations {
  private final ServedSnapshots snapshots;
  private final CallInputs inputs;
  private final ExposureRecorder exposures;

  /**
   * Decisions.
   *
   * @param exposures what {@link #evaluate} gives to whom; the other ways to decide record nothing
   */
  Evaluations(ServedSnapshots snapshots, CallInputs inputs, ExposureRecorder exposures) {
    this.snapshots = snapshots;
    this.inputs = inputs;
    this.exposures = exposures;
  }

  /**
   * A decision for a request.
   *
   * @param decisionId unit key of the call; empty where the decision has another unit or none
   */
  record Decided(ServedDecision served, String decisionId) {
    EvaluateResponse response() {
      EvaluateResponse prepared = served.decision().response();
      return decisionId.isEmpty()
          ? prepared
          : prepared.toBuilder().setDecisionId(decisionId).build();
    }

    Answer answer() {
      return decisionId.isEmpty() ? served : new DrawnDecision(served, decisionId);
    }
  }

  Decided evaluate(EvaluateRequest request) {
    new RequestCheck()
        .size(request.getSerializedSize())
        .feature(request.getFeature())
        .user(request.getUserKey(), request.getAttributes())
        .expectedType(request.getExpectedType(), request.getExpectedTypeValue())
        .done();
    ServedSnapshot snapshot = snapshot(request.getNamespace());
    ServedFeature feature = feature(snapshot, request.getFeature());
    ValueType expected = request.getExpectedType();
    ValueType type = feature.compiled().type();
    if (expected != ValueType.VALUE_TYPE_UNSPECIFIED && expected != type) {
      throw ApiErrors.typeMismatch(request.getFeature(), name(type), name(expected));
    }
    var context = begin(snapshot, request.getUserKey(), request.getAttributes());
    Decided decided = decide(feature, context);
    if (!request.hasRecordExposure() || request.getRecordExposure()) {
      decided.served().expose(context, exposures);
    }
    return decided;
  }

  /** The snapshot of a namespace; empty: of the default one. */
  ServedSnapshot snapshot(String namespace) {
    String name = namespace.isEmpty() ? RequestLimits.DEFAULT_NAMESPACE : namespace;
    ServedSnapshot snapshot = snapshots.get(name);
    if (snapshot == null) {
      throw snapshots.ready()
          ? ApiErrors.namespaceNotFound(name, NearestKey.of(name, snapshots.namespaces()))
          : ApiErrors.notReady();
    }
    return snapshot;
  }

  ServedFeature feature(ServedSnapshot snapshot, String key) {
    ServedFeature feature = snapshot.feature(key);
    if (feature == null) {
      Optional<String> nearest = snapshot.nearest(key);
      throw ApiErrors.featureNotFound(snapshot.snapshot().namespace(), key, nearest);
    }
    return feature;
  }

  /** A context of this user, now. */
  EvaluationContext begin(ServedSnapshot snapshot, String userKey, Struct attributes) {
    return begin(snapshot, userKey, attributes, inputs.nowMillis().getAsLong());
  }

  EvaluationContext begin(
      ServedSnapshot snapshot, String userKey, Struct attributes, long nowMillis) {
    var context = new EvaluationContext();
    context.begin(
        snapshot.snapshot(), nowMillis, inputs.random().getAsLong(), silentMillis(snapshot));
    context.userKey(userKey);
    context.attributes(attributes);
    return context;
  }

  /** How long nobody has confirmed the snapshot, where that matters. */
  private long silentMillis(ServedSnapshot snapshot) {
    if (!snapshot.live()) {
      return 0;
    }
    ServedSnapshots.Place place = snapshots.place(snapshot.snapshot().namespace());
    return place == null ? Long.MAX_VALUE : place.silentMillis();
  }

  static Decided decide(ServedFeature feature, EvaluationContext context) {
    CompiledFeature compiled = feature.compiled();
    return decided(feature, compiled.evaluate(context), context);
  }

  private static Decided decided(
      ServedFeature feature, Decision decision, EvaluationContext context) {
    return new Decided(feature.served(decision), decision.perCall() ? context.decisionId() : "");
  }

  /** A type as people write it. */
  private static String name(ValueType type) {
    return type.name().substring("VALUE_TYPE_".length()).toLowerCase(Locale.ROOT);
  }
}
