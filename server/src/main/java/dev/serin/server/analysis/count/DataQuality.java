package dev.serin.server.analysis.count;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What must be true of a stage's data before it may be promoted on them. Nothing here ever stands
 * in the way of a roll back.
 *
 * @param noTrafficAfter how long an arm may go without an exposure
 * @param staleAfter age of the newest look at what was counted from which on it is stale
 * @param lostShare largest share of outcomes, and of each arm's, that may have been lost, 0 to 1
 * @param missingTokenShare largest share of outcomes that may be without evidence, 0 to 1
 * @param bothArmsUsers users found in both arms that are always tolerated
 * @param bothArmsShare share of users exposed, found in both arms, that is tolerated too, 0 to 1
 */
public record DataQuality(
    Duration noTrafficAfter,
    Duration staleAfter,
    double lostShare,
    double missingTokenShare,
    long bothArmsUsers,
    double bothArmsShare) {
  /**
   * The usual numbers: five minutes without an exposure, ten seconds without a look, one outcome in
   * a hundred lost, one in twenty without a token, and more users in both arms than five and than
   * one in ten thousand.
   */
  public static final DataQuality USUAL =
      new DataQuality(Duration.ofMinutes(5), Duration.ofSeconds(10), 0.01, 0.05, 5, 0.0001);

  /** Outcomes below which shares of them say nothing. */
  private static final long FEWEST_OUTCOMES = 100;

  /** A way in which data are not fit for promotion, in the order in which they are told. */
  public enum State {
    /** Nobody has been exposed for a while, in one arm at least. */
    NO_TRAFFIC,
    /** What was counted has not been looked at recently. */
    STALE,
    /** Users were exposed, but not by Evaluate or Route: nothing tests the ratio of arms. */
    NO_EXPOSURES,
    /**
     * Outcomes are lost on their way, dropped by their reporters or refused, one arm's users report
     * less than the other's, or an arm has no value of a metric at all.
     */
    LOSING_OUTCOMES,
    /** Users were exposed to both arms of the stage. */
    BOTH_ARMS,
    /** Outcomes come without what names their arm. */
    MISSING_TOKENS
  }

  /**
   * One state with its numbers.
   *
   * @param state what is wrong
   * @param sentence for people, with numbers
   */
  public record Problem(State state, String sentence) {}

  /**
   * What reporters told to have dropped, by arm.
   *
   * @param dropped outcomes that reporters dropped, or that were refused for their values
   * @param taken outcomes that came all the same
   */
  public record Drops(ArmCounts dropped, ArmCounts taken) {
    /** Nobody told of any. */
    public static final Drops NONE = new Drops(ArmCounts.NONE, ArmCounts.NONE);
  }

  /**
   * What was counted of a stage.
   *
   * @param sinceTreatment since a user was last exposed to the treatment, known or new; where none
   *     was in the stage, since it began; 0 or more
   * @param sinceControl the same of the control
   * @param sinceLook age of the newest durable look at the counts, 0 or more
   * @param drawn users whom Evaluate or Route gave an arm
   * @param exposed users exposed in any way, no fewer
   * @param reporting users exposed who reported anything, where every user is expected to; else
   *     nobody
   * @param share the treatment's share of both arms, above 0 and at most 1: then there is no
   *     control
   * @param bothArms users found in both arms, who are in neither
   * @param outcomes taken in the stage, with arm or without
   * @param withoutToken those of them that were no evidence for want of a token
   * @param lost outcomes of whatever arm known to have been made and not taken
   * @param values of metrics by key, in the stage: how many outcomes of each arm have one. What is
   *     not named was not asked for
   * @param drops outcomes of each arm that reporters dropped, or had refused, in the stage
   */
  public record Stage(
      Duration sinceTreatment,
      Duration sinceControl,
      Duration sinceLook,
      ArmCounts drawn,
      ArmCounts exposed,
      ArmCounts reporting,
      double share,
      long bothArms,
      long outcomes,
      long withoutToken,
      long lost,
      Map<String, ArmCounts> values,
      Drops drops) {
    /** Copies. */
    public Stage {
      values = Map.copyOf(values);
    }

    /** Of which no reporter told that it dropped any. */
    public Stage(
        Duration sinceTreatment,
        Duration sinceControl,
        Duration sinceLook,
        ArmCounts drawn,
        ArmCounts exposed,
        ArmCounts reporting,
        double share,
        long bothArms,
        long outcomes,
        long withoutToken,
        long lost,
        Map<String, ArmCounts> values) {
      this(
          sinceTreatment,
          sinceControl,
          sinceLook,
          drawn,
          exposed,
          reporting,
          share,
          bothArms,
          outcomes,
          withoutToken,
          lost,
          values,
          Drops.NONE);
    }

    /** Of which nobody counted values by metric. */
    public Stage(
        Duration sinceTreatment,
        Duration sinceControl,
        Duration sinceLook,
        ArmCounts drawn,
        ArmCounts exposed,
        ArmCounts reporting,
        double share,
        long bothArms,
        long outcomes,
        long withoutToken,
        long lost) {
      this(
          sinceTreatment,
          sinceControl,
          sinceLook,
          drawn,
          exposed,
          reporting,
          share,
          bothArms,
          outcomes,
          withoutToken,
          lost,
          Map.of());
    }

    /** The same of which reporters told these. */
    public Stage withDrops(Drops told) {
      return new Stage(
          sinceTreatment,
          sinceControl,
          sinceLook,
          drawn,
          exposed,
          reporting,
          share,
          bothArms,
          outcomes,
          withoutToken,
          lost,
          values,
          told);
    }
  }

  /**
   * Everything that is wrong with a stage's data; empty: nothing.
   *
   * <p>Losing outcomes is also told by the arms: where every user reports, the treatment's share of
   * those who did must be the promised one. That is tested by the sequential test for sample ratio
   * mismatch, so that it may be asked at every tick; a treatment that crashes before it reports is
   * seen here.
   */
  public List<Problem> problems(Stage stage) {
    List<Problem> problems = new ArrayList<>();
    addSilence("treatment", stage.sinceTreatment, problems);
    if (stage.share < 1) {
      addSilence("control", stage.sinceControl, problems);
    }
    if (stage.sinceLook.compareTo(staleAfter) > 0) {
      problems.add(
          new Problem(
              State.STALE,
              "stale data: the newest are %d s old (at most %d s)"
                  .formatted(stage.sinceLook.toSeconds(), staleAfter.toSeconds())));
    }
    if (stage.exposed.total() > 0 && stage.drawn.total() == 0) {
      problems.add(
          new Problem(
              State.NO_EXPOSURES,
              "no exposures: %d users, none of them by Evaluate or Route"
                  .formatted(stage.exposed.total())));
    }
    Drops drops = stage.drops;
    addDrops("treatment", drops.dropped.treatment(), drops.taken.treatment(), problems);
    addDrops("control", drops.dropped.control(), drops.taken.control(), problems);
    addLosses(stage, problems);
    if (leaks(stage.bothArms, stage.exposed.total())) {
      problems.add(
          new Problem(
              State.BOTH_ARMS,
              "users in both arms: %d beside %d in one"
                  .formatted(stage.bothArms, stage.exposed.total())));
    }
    if (tooMany(stage.withoutToken, stage.outcomes, missingTokenShare)) {
      problems.add(
          new Problem(
              State.MISSING_TOKENS,
              "outcomes without token: %d of %d".formatted(stage.withoutToken, stage.outcomes)));
    }
    return List.copyOf(problems);
  }

  private void addSilence(String arm, Duration silence, List<Problem> problems) {
    if (silence.compareTo(noTrafficAfter) >= 0) {
      problems.add(
          new Problem(
              State.NO_TRAFFIC,
              "no traffic: no user of the %s in %d s".formatted(arm, silence.toSeconds())));
    }
  }

  private void addDrops(String arm, long dropped, long taken, List<Problem> problems) {
    long all = dropped + taken;
    if (tooMany(dropped, all, lostShare)) {
      problems.add(
          new Problem(
              State.LOSING_OUTCOMES,
              "reporters dropped, or had refused, %d of %d outcomes of the %s"
                  .formatted(dropped, all, arm)));
    }
  }

  private void addLosses(Stage stage, List<Problem> problems) {
    if (tooMany(stage.lost, stage.outcomes + stage.lost, lostShare)) {
      problems.add(
          new Problem(
              State.LOSING_OUTCOMES,
              "losing outcomes: %d of %d".formatted(stage.lost, stage.outcomes + stage.lost)));
      return;
    }
    if (stage.share >= 1) {
      return;
    }
    SampleRatio.Factor factor =
        new SampleRatio.Factor(
            List.of(stage.share, 1 - stage.share),
            List.of(stage.reporting.treatment(), stage.reporting.control()));
    if (SampleRatio.alarms(SampleRatio.logE(List.of(factor)))) {
      problems.add(
          new Problem(
              State.LOSING_OUTCOMES,
              "losing outcomes: %d treatment and %d control users report any"
                  .formatted(stage.reporting.treatment(), stage.reporting.control())));
    }
  }

  /**
   * Metrics that an arm has no value of; empty: there is none. Nothing comes to light by a metric
   * that nobody reports, and where one arm alone does not, its silence passes for health. So every
   * metric needs a value of each arm: of an event that is a 0 where it did not happen.
   *
   * <p>To be asked once there are users enough for a stage to end: before that, silence is usual.
   *
   * @param metrics keys, each once
   */
  public List<Problem> unreported(Stage stage, List<String> metrics) {
    List<Problem> problems = new ArrayList<>();
    for (String metric : metrics) {
      ArmCounts values = stage.values.get(metric);
      if (values != null && Math.min(values.treatment(), values.control()) == 0) {
        problems.add(
            new Problem(
                State.LOSING_OUTCOMES,
                "%s is not reported: %d values by %d treatment users, %d by %d of the control"
                    .formatted(
                        metric,
                        values.treatment(),
                        stage.exposed.treatment(),
                        values.control(),
                        stage.exposed.control())));
      }
    }
    return List.copyOf(problems);
  }

  /**
   * The leak rule: whether more users were found in both arms than chance and retries explain.
   *
   * @param bothArms users found in both arms
   * @param exposed users exposed in one arm
   */
  public boolean leaks(long bothArms, long exposed) {
    return bothArms > Math.max((double) bothArmsUsers, bothArmsShare * exposed);
  }

  private static boolean tooMany(long some, long all, double share) {
    return all >= FEWEST_OUTCOMES && some > share * all;
  }
}
