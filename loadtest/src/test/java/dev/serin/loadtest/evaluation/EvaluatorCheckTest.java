package dev.serin.loadtest.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.loadtest.process.TemporaryDirectory;
import dev.serin.loadtest.workload.Scale;
import dev.serin.loadtest.workload.Users;
import dev.serin.loadtest.workload.Workload;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every evaluator does the work it is timed for, and a wrong one is seen. */
class EvaluatorCheckTest {

  private static final int USERS = 5_000;
  private static final Scale SMALL = new Scale(20, 10_000);

  @ParameterizedTest
  @EnumSource(Contestant.class)
  void contestants_everyWorkload_giveTheRulesAnswers(Contestant contestant) throws IOException {
    for (Workload workload : Workload.values()) {
      try (var directory = TemporaryDirectory.create();
          var evaluator = contestant.open(workload, SMALL, directory.path())) {
        EvaluatorCheck check = EvaluatorCheck.run(evaluator, workload, SMALL, USERS);

        assertThat(check.passed()).as("%s %s", workload, check).isTrue();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void constant_rules_isSeenAsWrong(boolean answer) {
    EvaluatorCheck check = EvaluatorCheck.run(constant(answer), Workload.W2, SMALL, USERS);

    assertThat(check.passed()).isFalse();
  }

  @Test
  void constant_allowList_isWrongForHalfOfTheUsers() {
    assertThat(EvaluatorCheck.run(constant(true), Workload.W4_MEMBER, SMALL, USERS / 2).wrong())
        .isZero();
    assertThat(EvaluatorCheck.run(constant(true), Workload.W4_OTHER, SMALL, USERS / 2).wrong())
        .isEqualTo(USERS / 2);
  }

  @Test
  void random_share_isSeenAsUnsteady() {
    Evaluator alternating =
        new Evaluator() {
          private boolean on;

          @Override
          public Object context(Users.User user) {
            return user;
          }

          @Override
          public boolean isOn(String feature, Object context) {
            on = !on;
            return on;
          }

          @Override
          public void close() {}
        };

    EvaluatorCheck check = EvaluatorCheck.run(alternating, Workload.W1, SMALL, USERS);

    assertThat(check.unsteady()).isEqualTo(USERS);
    assertThat(check.passed()).isFalse();
  }

  private static Evaluator constant(boolean answer) {
    return new Evaluator() {
      @Override
      public Object context(Users.User user) {
        return user;
      }

      @Override
      public boolean isOn(String feature, Object context) {
        return answer;
      }

      @Override
      public void close() {}
    };
  }
}
