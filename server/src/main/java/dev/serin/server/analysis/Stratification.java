package dev.serin.server.analysis;

import dev.serin.server.analysis.StratifiedDifference.Included;
import dev.serin.server.analysis.StratifiedDifference.LeftOut;
import java.util.ArrayList;
import java.util.List;

/**
 * Both arms over the stages of a run by fixed weights, a bucket left out of all stages at once; why
 * stands in {@link StratifiedDifference}.
 *
 * @param pair the arms; absent where no stage can be compared
 * @param included what each stage in it weighs, in the order of the input
 * @param leftOut the others and why, in the order of the input
 */
record Stratification(Figure<Pair> pair, List<Included> included, List<LeftOut> leftOut) {
  /** The jackknives of both arms, of equally many buckets. */
  record Pair(BucketJackknife control, BucketJackknife treatment) {}

  private record Jackknifed(int stage, double users, Pair arms) {}

  /**
   * Puts the stages together.
   *
   * @throws IllegalArgumentException where stages repeat or have unequally many buckets
   */
  static Stratification of(List<StageArms> stages) {
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
      Figure<Pair> none =
          new Figure.Absent<>(
              Absence.NO_STAGE,
              "stages with outcomes of both arms: 0 of %s (expected: 1 or more)"
                  .formatted(stages.size()));
      return new Stratification(none, List.of(), leftOut);
    }
    double users = usable.stream().mapToDouble(Jackknifed::users).sum();
    List<Double> weights = usable.stream().map(stage -> stage.users() / users).toList();
    List<Included> included = new ArrayList<>();
    for (int i = 0; i < usable.size(); i++) {
      included.add(new Included(usable.get(i).stage(), weights.get(i)));
    }
    BucketJackknife control =
        BucketJackknife.weighted(
            usable.stream().map(stage -> stage.arms().control()).toList(), weights);
    BucketJackknife treatment =
        BucketJackknife.weighted(
            usable.stream().map(stage -> stage.arms().treatment()).toList(), weights);
    return new Stratification(new Figure.Known<>(new Pair(control, treatment)), included, leftOut);
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
                                new Jackknifed(
                                    arms.stage(), arms.users(), new Pair(control, treatment)))));
  }
}
