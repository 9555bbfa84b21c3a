package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.Direction;
import dev.serin.server.rollout.machine.Verdict;
import dev.serin.server.rollout.machine.Verdict.Action;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Kayenta's judge (NetflixACAJudge, MannWhitneyClassifier) of one metric at the recommended
 * settings: a point each minute, judged after each hour on all points since the start, at most
 * three times. The metric is worse where the 98 % interval of the shift between both arms' points
 * (Wilcoxon's, with the normal approximation, ties and continuity correction) lies beyond a quarter
 * of its estimate; then its score is 0, which fails.
 */
final class KayentaCanary implements SimulatedJudge {
  private static final double TOLERANCE = 0.25;
  private static final double CONFIDENCE = 0.98;
  private static final int POINT_SECONDS = 60;
  private static final int JUDGED_SECONDS = 3_600;
  private static final double QUANTILE =
      NormalDistribution.of(0, 1).inverseCumulativeProbability(1 - (1 - CONFIDENCE) / 2);

  private final FirstMetric metric;
  private final IntervalFigure treatment;
  private final IntervalFigure control;
  private final List<Double> experiment = new ArrayList<>();
  private final List<Double> baseline = new ArrayList<>();
  private boolean failed;

  KayentaCanary(FirstMetric metric) {
    this.metric = metric;
    this.treatment = new IntervalFigure(metric, Look::treatment);
    this.control = new IntervalFigure(metric, Look::control);
  }

  @Override
  public Verdict judge(Look look) {
    if (look.second() % POINT_SECONDS == 0) {
      add(experiment, treatment.next(look));
      add(baseline, control.next(look));
    }
    boolean due = look.second() % JUDGED_SECONDS == 0;
    failed |= due && isWorse();
    Action usual = due ? Action.PROMOTE : Action.GO_ON;
    return new Verdict(failed ? Action.ROLL_BACK : usual, "", "canary score", "");
  }

  private static void add(List<Double> points, OptionalDouble point) {
    point.ifPresent(points::add);
  }

  private boolean isWorse() {
    double[] of = experiment.stream().mapToDouble(Double::doubleValue).toArray();
    double[] than = baseline.stream().mapToDouble(Double::doubleValue).toArray();
    if (of.length == 0 || than.length == 0 || isSame(of, than)) {
      return false;
    }
    double estimate = shift(of, than, 0);
    double tolerated = TOLERANCE * Math.abs(estimate);
    return metric.better() == Direction.HIGHER
        ? shift(of, than, -QUANTILE) < -tolerated
        : shift(of, than, QUANTILE) > tolerated;
  }

  /** Equal points, or a single distinct value among all. */
  private static boolean isSame(double[] one, double[] other) {
    double[] sorted = one.clone();
    double[] sortedOther = other.clone();
    Arrays.sort(sorted);
    Arrays.sort(sortedOther);
    boolean constant =
        sorted[0] == sorted[sorted.length - 1]
            && sortedOther[0] == sortedOther[sortedOther.length - 1]
            && sorted[0] == sortedOther[0];
    return constant || Arrays.equals(sorted, sortedOther);
  }

  /**
   * The shift of the experiment at which the statistic is so many deviations: it falls in steps
   * while the shift grows, and where one of them is just that, the step's middle.
   */
  static double shift(double[] experiment, double[] control, double quantile) {
    return (edge(experiment, control, quantile, true) + edge(experiment, control, quantile, false))
        / 2;
  }

  private static double edge(double[] experiment, double[] control, double quantile, boolean last) {
    double low = min(experiment) - max(control);
    double high = max(experiment) - min(control);
    for (int step = 0; step < 60; step++) {
      double middle = (low + high) / 2;
      double statistic = statistic(experiment, control, middle);
      if (statistic > quantile || (last && statistic == quantile)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (low + high) / 2;
  }

  /** (dz - sign(dz) / 2) / sigma of Wilcoxon's rank sum, ties taken into account. */
  static double statistic(double[] experiment, double[] control, double shift) {
    int n = experiment.length;
    int m = control.length;
    double[] all = new double[n + m];
    for (int i = 0; i < n; i++) {
      all[i] = experiment[i] - shift;
    }
    System.arraycopy(control, 0, all, n, m);
    double[] sorted = all.clone();
    Arrays.sort(sorted);
    double ranks = 0;
    for (int i = 0; i < n; i++) {
      int first = lowerBound(sorted, all[i]);
      int end = upperBound(sorted, all[i]);
      ranks += (first + 1 + end) / 2.0;
    }
    double ties = 0;
    for (int first = 0; first < sorted.length; ) {
      double count = upperBound(sorted, sorted[first]) - first;
      ties += count * count * count - count;
      first += (int) count;
    }
    double total = n + (double) m;
    double excess = ranks - n * (n + 1) / 2.0 - n * m / 2.0;
    double variance = n * m / 12.0 * (total + 1 - ties / (total * (total - 1)));
    return variance > 0 ? (excess - 0.5 * Math.signum(excess)) / Math.sqrt(variance) : 0;
  }

  private static int lowerBound(double[] sorted, double value) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static int upperBound(double[] sorted, double value) {
    return lowerBound(sorted, Math.nextUp(value));
  }

  private static double min(double[] values) {
    return Arrays.stream(values).min().orElseThrow();
  }

  private static double max(double[] values) {
    return Arrays.stream(values).max().orElseThrow();
  }
}
