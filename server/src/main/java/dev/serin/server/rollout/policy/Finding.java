package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.Latch;
import java.util.Optional;

/**
 * What a look at one metric found, put into words when somebody asks: of most looks nobody does.
 *
 * @param metric its key
 * @param seen what was counted
 * @param odds what it is worth; empty: nothing to bet on
 */
public record Finding(String metric, Seen seen, Optional<Odds> odds) {
  /** What was counted. */
  public sealed interface Seen {
    /** For people. */
    String words();
  }

  /**
   * Users of both arms.
   *
   * @param users with the event
   * @param exposed of whom
   * @param sampled whether these are not all users of the arms
   */
  public record OfArms(ArmCounts users, ArmCounts exposed, boolean sampled) implements Seen {
    @Override
    public String words() {
      return Words.arms(users, exposed, sampled);
    }
  }

  /**
   * Users of an extension, of whom nobody knows how many were exposed.
   *
   * @param users with the event
   */
  public record OfExtension(ArmCounts users) implements Seen {
    @Override
    public String words() {
      return Words.since(users);
    }
  }

  /**
   * Users of the treatment, and of the control where there is one.
   *
   * @param users with the event
   * @param exposed of whom
   * @param sampled whether these are not all users of the arms
   */
  public record OfTreatment(ArmCounts users, ArmCounts exposed, boolean sampled) implements Seen {
    @Override
    public String words() {
      return Words.treatment(users, exposed, sampled);
    }
  }

  /**
   * What was told in words.
   *
   * @param words of who tested it
   */
  public record Told(String words) implements Seen {}

  /**
   * A process against what it bets against.
   *
   * @param logE log e-value
   * @param latch of the process, with this look
   * @param limit relative margin, or the largest share
   * @param isShare whether it is a share of users that is limited
   */
  public record Odds(double logE, Latch latch, double limit, boolean isShare) {
    String words() {
      if (latch.fired() && logE < latch.threshold()) {
        return "; odds were " + Words.odds(latch.peak()) + " against " + claim();
      }
      return logE > 0
          ? "; odds " + Words.odds(logE) + " against " + claim()
          : "; nothing speaks against " + claim();
    }

    private String claim() {
      if (isShare) {
        return "a share of at most " + Words.percent(limit);
      }
      return "no regression" + (limit > 0 ? " beyond " + Words.percent(limit) : "");
    }
  }

  /** For a release owner, without what was decided. */
  public String sentence() {
    return metric + ": " + seen.words() + odds.map(Odds::words).orElse("");
  }
}
