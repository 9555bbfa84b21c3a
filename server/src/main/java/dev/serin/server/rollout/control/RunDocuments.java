package dev.serin.server.rollout.control;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.serin.server.catalog.MetricFingerprint;
import dev.serin.server.rollout.evidence.RunPlaces;
import dev.serin.server.rollout.evidence.RunReader;
import dev.serin.server.rollout.journal.RunOrigin;
import dev.serin.server.rollout.plan.FeatureFit;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.PlanReader;
import dev.serin.server.rollout.plan.PlanReading;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.v1.Metric;
import dev.serin.v1.Rollout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The documents that a run is judged by, as they were at its start: edits during a run change
 * nothing about it, and years later a replay reads what was in force.
 *
 * @param rollout the rollout
 * @param unit attribute whose values are the users of its split
 * @param metrics that the rollout names, each once: the feature's own before the namespace's
 */
record RunDocuments(Rollout rollout, String unit, List<Metric> metrics) {
  private static final byte VERSION = 1;

  /** Rollout and unit. */
  private static final int BEFORE_METRICS = 2;

  /** Attribute of a split that names none. */
  private static final String USER_KEY = "user_key";

  RunDocuments {
    requireNonNull(rollout, "rollout");
    requireNonNull(unit, "unit");
    metrics = List.copyOf(metrics);
  }

  /**
   * Those of a run that is to be started.
   *
   * @param unit of the split's document; empty: user_key
   * @param judged the plan's metrics, as they fit the feature
   */
  static RunDocuments of(Rollout rollout, String unit, List<JudgedMetric> judged) {
    return new RunDocuments(
        rollout,
        unit.isEmpty() ? USER_KEY : unit,
        judged.stream().map(JudgedMetric::document).distinct().toList());
  }

  ByteString encode() {
    List<ByteString> parts = new ArrayList<>();
    parts.add(rollout.toByteString());
    parts.add(ByteString.copyFromUtf8(unit));
    metrics.forEach(metric -> parts.add(metric.toByteString()));
    return Parts.join(VERSION, parts);
  }

  /**
   * What {@link #encode} wrote.
   *
   * @throws IllegalArgumentException where it is damaged or of another version
   */
  static RunDocuments decode(ByteString bytes) {
    String what = "documents of a run";
    List<ByteString> parts = Parts.split(what, VERSION, bytes);
    if (parts.size() < BEFORE_METRICS) {
      throw Parts.damaged(what, null);
    }
    try {
      List<Metric> metrics = new ArrayList<>();
      for (ByteString part : parts.subList(BEFORE_METRICS, parts.size())) {
        metrics.add(Metric.parseFrom(part));
      }
      return new RunDocuments(
          Rollout.parseFrom(parts.get(0)), parts.get(1).toStringUtf8(), metrics);
    } catch (InvalidProtocolBufferException e) {
      throw Parts.damaged(what, e);
    }
  }

  /**
   * What the rollout means.
   *
   * @throws IllegalArgumentException where this version of the server refuses it
   */
  RolloutPlan plan() {
    return switch (PlanReader.read(rollout)) {
      case PlanReading.Valid valid -> valid.plan();
      case PlanReading.Invalid invalid ->
          throw new IllegalArgumentException("rollout of a run: " + invalid.violations());
    };
  }

  /**
   * The plan's metrics, in its order.
   *
   * @throws IllegalArgumentException where this version of the server refuses them
   */
  List<JudgedMetric> judged(RolloutPlan plan) {
    return switch (FeatureFit.ofMetrics(plan, metrics)) {
      case FeatureFit.Result.Fits fits -> fits.metrics();
      case FeatureFit.Result.Misfits misfits ->
          throw new IllegalArgumentException("metrics of a run: " + misfits.violations());
    };
  }

  /** Reads what is counted of the run. */
  RunReader reader(RunOrigin origin, RolloutPlan plan, List<JudgedMetric> judged) {
    Map<String, Integer> fingerprints = new HashMap<>();
    metrics.forEach(metric -> fingerprints.put(metric.getKey(), MetricFingerprint.of(metric)));
    return new RunReader(
        plan,
        judged,
        new RunPlaces(
            origin.namespace(),
            origin.feature(),
            origin.split(),
            origin.run(),
            unit,
            plan.treatment(),
            plan.control()),
        fingerprints);
  }
}
