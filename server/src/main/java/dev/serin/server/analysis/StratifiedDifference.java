package dev.serin.server.analysis;

import java.util.ArrayList;
import java.util.List;

/**
 * The difference of two arms over the stages of a run, each stage compared within itself.
 *
 * <p>θ = Σ w_s d_s, d_s the difference of stage s and w_s its share of the exposed users. Weights
 * are fixed by users and never by estimated variances, which would follow the outcomes; bucket b is
 * left out of all stages at once, because the same users are in several of them: summed variances
 * of stages would be too small. Adding up the stages' outcomes first instead would mistake a base
 * rate that changes while the treatment's share grows for an effect (Simpson's paradox).
 *
 * <p>A stage that cannot be compared (an arm is missing or has just begun) is left out, and said
 * so; which ones these are depends on how many reported, not on what.
 *
 * @param difference over the stages that are in it; absent where there is none
 * @param included what each stage in it weighs, in the order of the input
 * @param leftOut the others and why, in the order of the input
 */
public record StratifiedDifference(
    Figure<ClusteredDifference> difference, List<Included> included, List<LeftOut> leftOut) {

  /** Keeps copies of the lists. */
  public StratifiedDifference {
    included = List.copyOf(included);
    leftOut = List.copyOf(leftOut);
  }

  /**
   * A stage that is compared.
   *
   * @param stage its number
   * @param weight above 0, at most 1; all sum to 1
   */
  public record Included(int stage, double weight) {}

  /**
   * A stage that is not.
   *
   * @param stage its number
   * @param absence why
   * @param detail the same in words
   */
  public record LeftOut(int stage, Absence absence, String detail) {}

  private record Jackknifed(
      int stage, double users, BucketJackknife control, BucketJackknife treatment) {}

  /**
   * Compares the arms over all stages.
   *
   * @param stages of one run, each once, of equally many buckets; may be empty
   * @param direction which way the metric is to go
   * @throws IllegalArgumentException where stages repeat or have unequally many buckets
   */
  public static StratifiedDifference of(List<StageArms> stages, Direction direction) {
    check(stages);
    List<Jackknifed> usable = new ArrayList<>();
    List<LeftOut> leftOut = new ArrayList<>();
    for (StageArms arms : stages) {
      switch (jackknifed(arms)) {
        case Figure.Known<Jackknifed>(Jackknifed stage) -> usable.add(stage);
        case Figure.Absent<Jackknifed>(Absence absence, String detail) ->
            leftOut.add(new LeftOut(arms.stage(), absence, detail));
      }
    }
    if (usable.isEmpty()) {
      Figure<ClusteredDifference> none =
          new Figure.Absent<>(
              Absence.NO_STAGE,
              "stages with outcomes of both arms: 0 of %s (expected: 1 or more)"
                  .formatted(stages.size()));
      return new StratifiedDifference(none, List.of(), leftOut);
    }
    double users = usable.stream().mapToDouble(Jackknifed::users).sum();
    List<Double> weights = usable.stream().map(stage -> stage.users() / users).toList();
    List<Included> included = new ArrayList<>();
    for (int i = 0; i < usable.size(); i++) {
      included.add(new Included(usable.get(i).stage(), weights.get(i)));
    }
    BucketJackknife control =
        BucketJackknife.weighted(usable.stream().map(Jackknifed::control).toList(), weights);
    BucketJackknife treatment =
        BucketJackknife.weighted(usable.stream().map(Jackknifed::treatment).toList(), weights);
    return new StratifiedDifference(
        ClusteredDifference.of(control, treatment, direction), included, leftOut);
  }

  private static void check(List<StageArms> stages) {
    if (stages.stream().map(StageArms::stage).distinct().count() != stages.size()) {
      throw new IllegalArgumentException(
          "stages: %s (expected: each once)"
              .formatted(stages.stream().map(StageArms::stage).toList()));
    }
    List<Integer> buckets =
        stages.stream().map(arms -> arms.control().buckets()).distinct().toList();
    if (buckets.size() > 1) {
      throw new IllegalArgumentException(
          "buckets of the stages: " + buckets + " (expected: equally many)");
    }
  }

  private static Figure<Jackknifed> jackknifed(StageArms arms) {
    if (arms.users() == 0) {
      return new Figure.Absent<>(Absence.NO_USERS, "exposed users: 0 (expected: 1 or more)");
    }
    return BucketJackknife.of("control", arms.control())
        .then(
            control ->
                BucketJackknife.of("treatment", arms.treatment())
                    .then(
                        treatment ->
                            new Figure.Known<>(
                                new Jackknifed(arms.stage(), arms.users(), control, treatment))));
  }
}
