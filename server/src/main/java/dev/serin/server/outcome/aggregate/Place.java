package dev.serin.server.outcome.aggregate;

import static java.util.Objects.requireNonNull;

import dev.serin.engine.Bucketing;
import dev.serin.v1.Arm;
import java.util.Comparator;

/**
 * Where an outcome counts.
 *
 * @param namespace namespace of the feature
 * @param feature key of the feature
 * @param split id of the split; empty: none was drawn
 * @param run id of the run that moves the split; empty: none
 * @param period counting period, a revision of the namespace; 0 for a run, and for a split older
 *     than periods
 * @param stage stage of the run, 0 without run
 * @param arm what its outcomes are evidence for
 * @param variant key of the variant
 * @param afterEnd whether the run had ended: shown, not judged
 * @param unit attribute whose values are the units; empty: the call
 */
public record Place(
    String namespace,
    String feature,
    String split,
    String run,
    long period,
    int stage,
    Arm arm,
    String variant,
    boolean afterEnd,
    String unit)
    implements Comparable<Place> {
  private static final Comparator<Place> ORDER =
      Comparator.comparing(Place::namespace)
          .thenComparing(Place::feature)
          .thenComparing(Place::split)
          .thenComparing(Place::run)
          .thenComparingLong(Place::period)
          .thenComparingInt(Place::stage)
          .thenComparing(Place::unit)
          .thenComparing(Place::variant)
          .thenComparingInt(place -> place.arm().getNumber())
          .thenComparing(Place::afterEnd);

  /** Checks that all parts are there. */
  public Place {
    requireNonNull(namespace, "namespace");
    requireNonNull(feature, "feature");
    requireNonNull(split, "split");
    requireNonNull(run, "run");
    requireNonNull(arm, "arm");
    requireNonNull(variant, "variant");
    requireNonNull(unit, "unit");
    if (period < 0 || stage < 0 || arm == Arm.UNRECOGNIZED) {
      throw new IllegalArgumentException(
          "place: period "
              + period
              + ", stage "
              + stage
              + ", arm "
              + arm
              + " (expected: 0 or more, 0 or more, a known arm)");
    }
  }

  @Override
  public int compareTo(Place other) {
    return ORDER.compare(this, other);
  }

  /**
   * Returns the hash of the salt by which a unit's bucket of {@link Buckets} is drawn here. It
   * follows from the names alone: whatever becomes of the document, every replica knows it.
   */
  public long bucketSaltHash() {
    return Bucketing.hash("variance:" + namespace + "/" + feature + "/" + split);
  }

  /** Whether what counts here is evidence: of an arm, and before the end of its run. */
  public boolean isEvidence() {
    return arm != Arm.ARM_NONE && !afterEnd;
  }

  /**
   * Whether both belong to one stage of a run, or one counting period of a split, and count the
   * same units: there a unit may have one variant only.
   */
  public boolean isPeerOf(Place other) {
    return stage == other.stage
        && period == other.period
        && run.equals(other.run)
        && split.equals(other.split)
        && feature.equals(other.feature)
        && namespace.equals(other.namespace)
        && unit.equals(other.unit);
  }
}
