package dev.serin.loadtest.evaluation;

import dev.serin.loadtest.workload.Scale;
import dev.serin.loadtest.workload.Targeting;
import dev.serin.loadtest.workload.Users;
import dev.serin.loadtest.workload.Workload;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether an evaluator does the work it is timed for: the rules' answers are right, the same user
 * gets the same answer, and the share served on is the one asked for.
 *
 * @param users number of users asked for
 * @param wrong answers that differ from what the rules say
 * @param unsteady users whose second answer differed from the first
 * @param byHash users whom no rule names
 * @param byHashOn those of them who were served on
 */
public record EvaluatorCheck(int users, int wrong, int unsteady, int byHash, int byHashOn) {

  /** Standard deviations by which a share may miss: one honest run in ten million does. */
  private static final double SHARE_TOLERANCE_DEVIATIONS = 5.5;

  /** Asks for {@code users} users of the workload. */
  public static EvaluatorCheck run(Evaluator evaluator, Workload workload, Scale scale, int users) {
    Targeting targeting = new Targeting(workload.features(scale) - 1, workload.kind(), scale);
    List<Users.User> asked = new ArrayList<>(users);
    for (int i = 0; i < users; i++) {
      asked.add(Users.of(workload.userNumber(i)));
    }
    List<Targeting.Answer> answers = targeting.answers(asked);
    int wrong = 0;
    int unsteady = 0;
    int byHash = 0;
    int byHashOn = 0;
    for (int i = 0; i < users; i++) {
      Object context = evaluator.context(asked.get(i));
      boolean on = evaluator.isOn(targeting.key(), context);
      unsteady += evaluator.isOn(targeting.key(), context) == on ? 0 : 1;
      switch (answers.get(i)) {
        case ON -> wrong += on ? 0 : 1;
        case OFF -> wrong += on ? 1 : 0;
        case BY_HASH -> {
          byHash++;
          byHashOn += on ? 1 : 0;
        }
      }
    }
    return new EvaluatorCheck(users, wrong, unsteady, byHash, byHashOn);
  }

  /** Returns true where nothing is wrong and the share is what chance allows. */
  public boolean passed() {
    double share = Targeting.PERCENT_ON / 100.0;
    double deviation = Math.sqrt(byHash * share * (1 - share));
    return wrong == 0
        && unsteady == 0
        && Math.abs(byHashOn - byHash * share) <= SHARE_TOLERANCE_DEVIATIONS * deviation;
  }

  /** Returns the share of users decided by hash who were served on, in percent; 0 without any. */
  public double byHashOnPercent() {
    return byHash == 0 ? 0 : 100.0 * byHashOn / byHash;
  }
}
