package dev.serin.server.rollout.evidence;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.DataQuality;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What came in of the stage a run is in, whether or not it changed any count of users: what tells
 * that traffic has stopped or that outcomes come without what makes them evidence.
 *
 * @param treatmentMillis when a user was last exposed to the treatment in the stage, milliseconds
 *     since 1970, known or new; empty: nobody was
 * @param controlMillis the same of the control, without the remainder
 * @param outcomes of the feature since the stage began, those without a token too
 * @param withoutToken those of them that no arm was known of
 * @param drops what reporters told to have dropped since the stage began, beside what came
 */
public record StageFlow(
    OptionalLong treatmentMillis,
    OptionalLong controlMillis,
    long outcomes,
    long withoutToken,
    DataQuality.Drops drops) {
  static final StageFlow NONE =
      new StageFlow(OptionalLong.empty(), OptionalLong.empty(), 0, 0, DataQuality.Drops.NONE);

  /** Time since a user was last exposed to the treatment; where none was, since the stage began. */
  public Duration sinceTreatment(Instant began, Instant now) {
    return since(treatmentMillis, began, now);
  }

  /** Time since a user was last exposed to the control; where none was, since the stage began. */
  public Duration sinceControl(Instant began, Instant now) {
    return since(controlMillis, began, now);
  }

  /**
   * A clock that was set back makes nothing happen later than now. What began after the last
   * exposure, as a period of the stage may, is no exposure.
   */
  private static Duration since(OptionalLong lastMillis, Instant began, Instant now) {
    long last = lastMillis.orElse(began.toEpochMilli());
    return Duration.ofMillis(Math.max(0, now.toEpochMilli() - last));
  }

  /**
   * What is judged of the stage's data. Of what is lost only that is known which reporters tell,
   * and they know its arm: of no known arm nothing is.
   *
   * @param users of the stage, of the same reading
   * @param values of its metrics, of the same reading
   * @param share the treatment's share of both arms, above 0 and at most 1
   * @param began when the stage did
   * @param viewAge of the view that was read
   */
  public DataQuality.Stage data(
      RunReader.Users users,
      Map<String, ArmCounts> values,
      double share,
      Instant began,
      Instant now,
      Duration viewAge) {
    return new DataQuality.Stage(
        sinceTreatment(began, now),
        sinceControl(began, now),
        viewAge,
        users.drawn(),
        users.exposed(),
        users.reporting(),
        share,
        users.bothArms(),
        outcomes,
        withoutToken,
        0,
        values,
        drops);
  }
}
