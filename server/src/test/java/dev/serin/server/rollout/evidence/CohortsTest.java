package dev.serin.server.rollout.evidence;

import static dev.serin.server.rollout.evidence.CountedRun.expose;
import static dev.serin.server.rollout.evidence.CountedRun.judged;
import static dev.serin.server.rollout.evidence.CountedRun.place;
import static dev.serin.server.rollout.evidence.CountedRun.reader;
import static dev.serin.server.rollout.evidence.CountedRun.report;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.Since;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who was first seen since a mark: by sets of users, whatever happens to the others later. */
class CohortsTest {
  private static final RolloutPlan PLAN =
      Plans.with(
          """
          stages:
          - {name: half, kind: expand, share: 50}
          - {name: full, kind: full, share: 100}
          circuit_breakers: [{metric: errors, limit: 0.05}]
          guardrails: [{metric: latency}]
          """);
  private static final List<JudgedMetric> METRICS =
      PLAN.metrics().stream()
          .map(
              metric ->
                  judged(metric, metric.metric().equals("errors") ? Kind.EVENT : Kind.QUANTILE))
          .toList();
  private static final JudgedMetric ERRORS =
      METRICS.stream().filter(it -> it.kind() == Kind.EVENT).findFirst().orElseThrow();

  private final CountedRun counted = new CountedRun();
  private final RunReader reader = reader(PLAN, METRICS);

  @Test
  void users_sinceAMark_areThoseFirstSeenThen() {
    come(0, 100, false);
    since(0, 5);
    come(100, 140, false);
    since(0, 31);
    come(140, 160, true);
    // Who was there before errs too, which is nothing of those who came since.
    come(0, 60, true);

    assertThat(since(0, 40)).containsExactly(new Since(0, 1, counts(10, 10), counts(10, 10)));
    come(160, 170, false);
    assertThat(since(0, 61)).containsExactly(new Since(0, 1, counts(15, 15), counts(10, 10)));
    come(170, 190, true);
    assertThat(since(0, 62))
        .containsExactly(
            new Since(0, 1, counts(25, 25), counts(20, 20)),
            new Since(0, 2, counts(10, 10), counts(10, 10)));
  }

  @Test
  void marks_ofAnExtension_goOnFromThoseBefore() {
    come(0, 10, false);
    since(0, 5);
    since(0, 35);
    come(10, 20, false);
    since(1, 3);
    come(20, 24, true);
    since(1, 31);
    come(24, 26, true);

    assertThat(since(1, 32))
        .containsExactly(
            new Since(0, 1, counts(8, 8), counts(3, 3)),
            new Since(1, 1, counts(1, 1), counts(1, 1)));
  }

  @Test
  void marks_ofALongStage_areTheNewest() {
    come(0, 10, false);
    int users = 10;
    for (int second = 0; second <= 3_000; second += 10) {
      since(0, second);
      come(users, users + 2, second % 100 == 0);
      users += 2;
    }
    List<Since> last = since(0, 3_001);

    assertThat(last).hasSize(Cohorts.MOST);
    assertThat(last)
        .extracting(Since::number)
        .containsExactlyElementsOf(IntStream.rangeClosed(81, 100).boxed().toList());
    assertThat(last.getFirst().exposed()).isEqualTo(counts(58, 58));
    assertThat(last.getLast().exposed()).isEqualTo(counts(1, 1));
  }

  /** Another controller has not seen who came first: it begins with those who come then. */
  @Test
  void readers_thatBeginInTheMiddle_countWhoComesThen() {
    come(0, 100, false);
    since(0, 5);
    since(0, 35);
    come(100, 120, true);
    RunReader other = reader(PLAN, METRICS);

    assertThat(since(other, 0, 40)).isEmpty();
    come(120, 130, true);
    assertThat(since(other, 0, 62)).isEmpty();
    come(130, 132, true);
    assertThat(since(other, 0, 63)).containsExactly(new Since(0, 2, counts(1, 1), counts(1, 1)));
    assertThat(since(0, 63)).containsExactly(new Since(0, 1, counts(16, 16), counts(16, 16)));
  }

  @Test
  void sets_thatBeginAnew_haveNoMarksOfBefore() {
    come(0, 100, false);
    since(0, 5);
    since(0, 35);
    come(100, 120, true);
    assertThat(since(0, 36)).hasSize(1);
    counted.view().thin(counted.view().nextGeneration());
    come(120, 200, true);

    assertThat(since(0, 62)).isEmpty();
    come(200, 300, true);
    since(0, 95);
    come(300, 340, true);
    assertThat(since(0, 96)).extracting(Since::number).containsExactly(3);
  }

  @Test
  void marks_withoutTime_areNotDrawn() {
    come(0, 10, false);
    reader.read(counted.view(), 1);
    reader.read(counted.view(), 1);
    come(10, 20, true);

    assertThat(errors(reader.read(counted.view(), 1))).isEmpty();
  }

  private List<Since> since(int extension, int second) {
    return since(reader, extension, second);
  }

  private List<Since> since(RunReader by, int extension, int second) {
    return errors(by.read(counted.view(), 1, extension, Duration.ofSeconds(second)));
  }

  private static List<Since> errors(RunReader.Reading reading) {
    return Objects.requireNonNull(reading.metrics().get("errors"), "errors")
        .events()
        .orElseThrow()
        .since();
  }

  /** Users of both arms in turn. */
  private void come(int from, int end, boolean err) {
    counted.count(
        builder -> {
          for (int user = from; user < end; user++) {
            Place place = place(1, user % 2 == 0 ? 0.1 : 0.9, 0.5);
            expose(builder, place, user);
            report(builder, place, ERRORS, user, err ? 1 : 0);
          }
        });
  }

  private static ArmCounts counts(long treatment, long control) {
    return new ArmCounts(treatment, control);
  }
}
