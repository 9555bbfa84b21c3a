package dev.serin.server.analysis.planning;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.RateTest;
import dev.serin.server.analysis.count.ShareBound;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * When an event's tests come to a decision, in users who arrive in both arms.
 *
 * <p>Of each user who arrives, a share ρ p_T is one of the treatment with the event, a share (1-ρ)
 * p_C one of the control. The test fires where the towards-count reaches the least x(n) at which
 * its e-value of n events is the threshold; on the tangent of x(n) both counts are one Poisson
 * motion ({@link TangentPassage}).
 */
public final class EventForecast {
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  /** Users whose shares are known as well as any margin asks for. */
  private static final double MOST_USERS = 1e15;

  private final double share;
  private final double baseline;

  /**
   * What is known beforehand.
   *
   * @param share the treatment's share of both arms, above 0 and below 1
   * @param baseline the control's share of users with the event, above 0 and below 1
   * @throws IllegalArgumentException where one is outside its range
   */
  public EventForecast(double share, double baseline) {
    if (!(share > 0 && share < 1) || !(baseline > 0 && baseline < 1)) {
      throw new IllegalArgumentException(
          "share, baseline: %s, %s (expected: above 0, below 1)".formatted(share, baseline));
    }
    this.share = share;
    this.baseline = baseline;
  }

  /**
   * When the treatment is shown to be worse than its margin.
   *
   * @param ratio the treatment's share of users with the event by the control's, above 0
   * @param margin relative, 0 or more
   * @param alpha the test fires where its e-value is 1/alpha; above 0, below 1
   */
  public Passage regression(double ratio, double margin, double alpha) {
    RateTest test = RateTest.regression(share, margin);
    return passage(ratio, alpha, test::logE, true);
  }

  /** When the treatment is shown to be within its margin; as {@link #regression}. */
  public Passage nonInferiority(double ratio, double margin, double alpha) {
    RateTest test = RateTest.nonInferiority(share, margin);
    return passage(ratio, alpha, (misses, events) -> test.logE(events - misses, events), false);
  }

  /**
   * When a treatment that is like the control from now on is shown to be within its margin, in
   * further users.
   *
   * @param margin relative, 0 or more
   * @param alpha as of {@link #regression}
   * @param now users with the event so far
   */
  public Passage nonInferiority(double margin, double alpha, ArmCounts now) {
    RateTest test = RateTest.nonInferiority(share, margin);
    Evidence evidence = (misses, events) -> test.logE(events - misses, events);
    return passage(1, alpha, evidence, false, (double) now.control(), (double) now.total());
  }

  /**
   * The same of an absolute margin.
   *
   * @param margin in shares of users, above 0
   * @param bounds of one arm each
   * @param users of both arms so far
   * @param difference of the arms' shares so far, treatment less control
   */
  public Passage withinAbsolute(double margin, ShareBound bounds, double users, double difference) {
    return more -> {
      double all = users + more;
      double treated = share * all;
      double untreated = (1 - share) * all;
      if (Math.min(treated, untreated) < 1 || all > MOST_USERS) {
        return all > MOST_USERS ? 1 : 0;
      }
      double apart =
          upper(bounds, treated) - lower(bounds, untreated) + difference * users / all - margin;
      double deviation =
          Math.sqrt(baseline * (1 - baseline) * (1 / treated + 1 / untreated) * more / all);
      return deviation == 0
          ? (apart <= 0 ? 1 : 0)
          : NORMAL.cumulativeProbability(-apart / deviation);
    };
  }

  /**
   * When the treatment is shown to be within an absolute margin, both arms being alike: the upper
   * bound of its share less the control's lower one is at most the margin ({@link ShareBound}).
   *
   * <p>At the expected counts the bounds are so far apart; around them the difference of shares is
   * taken to be normally distributed.
   *
   * @param margin in shares of users, above 0
   * @param bounds of one arm each
   */
  public Passage withinAbsolute(double margin, ShareBound bounds) {
    return users -> {
      double treated = share * users;
      double untreated = (1 - share) * users;
      if (Math.min(treated, untreated) < 1 || users > MOST_USERS) {
        return users > MOST_USERS ? 1 : 0;
      }
      double apart = upper(bounds, treated) - lower(bounds, untreated);
      double deviation = Math.sqrt(baseline * (1 - baseline) * (1 / treated + 1 / untreated));
      return NORMAL.cumulativeProbability((margin - apart) / deviation);
    };
  }

  private double upper(ShareBound bounds, double users) {
    return bounds.upper(Math.round(baseline * users), (long) Math.ceil(users));
  }

  private double lower(ShareBound bounds, double users) {
    return bounds.lower(Math.round(baseline * users), (long) Math.ceil(users));
  }

  /** The log e-value of so many labels that speak for the claim among all events. */
  interface Evidence {
    double logE(long towards, long events);
  }

  Passage passage(double ratio, double alpha, Evidence evidence, boolean ofTreatment) {
    return passage(ratio, alpha, evidence, ofTreatment, 0, 0);
  }

  private Passage passage(
      double ratio,
      double alpha,
      Evidence evidence,
      boolean ofTreatment,
      double towardsNow,
      double eventsNow) {
    double treated = share * Math.min(1, ratio * baseline);
    double untreated = (1 - share) * baseline;
    double towards = ofTreatment ? treated : untreated;
    double away = ofTreatment ? untreated : treated;
    double events = towards + away;
    DoubleUnaryOperator bound = n -> bound(evidence, n, -Math.log(alpha));
    return new TangentPassage(
        users -> {
          double n = eventsNow + events * users;
          double slope = TangentPassage.slope(bound, n);
          // towards - slope (towards + away) has to reach the tangent's level.
          return new TangentPassage.Line(
              (1 - slope) * towards - slope * away,
              (1 - slope) * (1 - slope) * towards + slope * slope * away,
              bound.applyAsDouble(n) - slope * n - towardsNow + slope * eventsNow);
        });
  }

  /** The count towards the claim that is evidence among n events, in between where n is. */
  private static double bound(Evidence evidence, double n, double threshold) {
    long below = (long) Math.floor(n);
    double part = n - below;
    double ofBelow = bound(evidence, below, threshold);
    return part == 0 ? ofBelow : ofBelow + part * (bound(evidence, below + 1, threshold) - ofBelow);
  }

  /** The count that is evidence among n events, which may be more than there are. */
  private static double bound(Evidence evidence, long n, double threshold) {
    double all = evidence.logE(n, n);
    if (all < threshold) {
      // The further from enough, the further beyond all: as if each more counted like the last.
      double last = n == 0 ? 0.5 : Math.max(1e-3, (all - evidence.logE(0, n)) / n);
      return n + (threshold - all) / last;
    }
    long low = -1;
    long high = n;
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (evidence.logE(middle, n) < threshold) {
        low = middle;
      } else {
        high = middle;
      }
    }
    if (high == 0) {
      return 0;
    }
    double before = evidence.logE(high - 1, n);
    return high - 1 + (threshold - before) / (evidence.logE(high, n) - before);
  }
}
