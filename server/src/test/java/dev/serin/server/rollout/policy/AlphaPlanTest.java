package dev.serin.server.rollout.policy;

import static dev.serin.server.rollout.policy.Plans.counts;
import static dev.serin.server.rollout.policy.Plans.events;
import static dev.serin.server.rollout.policy.Plans.evidence;
import static dev.serin.server.rollout.policy.Plans.judge;
import static dev.serin.server.rollout.policy.Plans.metric;
import static dev.serin.server.rollout.policy.Plans.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.Direction;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.policy.MetricEvidence.Measured;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How alpha is shared out, and that the judge alarms at nothing else. */
class AlphaPlanTest {
  private static final JudgedMetric ERRORS = metric("errors", Role.GUARDRAIL, Kind.EVENT, 0.6, 0);

  @Test
  void parts_ofRandomPlans_areNoMoreThanAlpha() {
    Random random = new Random(6);
    for (int i = 0; i < 200; i++) {
      List<JudgedMetric> metrics = new ArrayList<>();
      int count = 1 + random.nextInt(8);
      boolean whole = random.nextBoolean();
      Kind[] kinds = whole ? new Kind[] {Kind.EVENT, Kind.MEAN, Kind.RATIO} : Kind.values();
      for (int number = 0; number < count; number++) {
        boolean breaker = !whole && random.nextInt(3) == 0;
        metrics.add(
            metric(
                "metric-" + number,
                breaker ? Role.CIRCUIT_BREAKER : Role.GUARDRAIL,
                breaker ? Kind.EVENT : kinds[random.nextInt(kinds.length)],
                1.0 / count,
                0));
      }
      double sum =
          AlphaPlan.of(0.01, 1 + random.nextInt(6), metrics).shares().stream()
              .mapToDouble(AlphaPlan.Share::part)
              .sum();
      assertThat(sum).isLessThanOrEqualTo(0.01 + 1e-14);
      if (whole) {
        assertThat(sum).isCloseTo(0.01, within(1e-14));
      }
    }
    assertThatThrownBy(() -> AlphaPlan.of(0.01, 2, List.of(ERRORS, ERRORS)))
        .hasMessage("weights: 1.2 in sum (expected: at most 1)");
  }

  /** Six times .16666666667 is above 1, as the reader of files allows. */
  @Test
  void weights_aboveOneByRounding_areDividedByTheirSum() {
    List<JudgedMetric> sixth =
        IntStream.range(0, 6)
            .mapToObj(i -> metric("m" + i, Role.GUARDRAIL, Kind.MEAN, 0.16666666667, 0))
            .toList();

    AlphaPlan alpha = AlphaPlan.of(0.01, 3, sixth);

    assertThat(alpha.shares())
        .allSatisfy(share -> assertThat(share.part()).isCloseTo(0.01 / 6, within(1e-15)));
    assertThat(alpha.shares().stream().mapToDouble(AlphaPlan.Share::part).sum())
        .isLessThanOrEqualTo(0.01);
  }

  @Test
  void quantiles_inEachStage_getAnEqualPart() {
    JudgedMetric p99 = metric("p99", Role.GUARDRAIL, Kind.QUANTILE, 0.2, 0.25);
    JudgedMetric mean = metric("mean", Role.GUARDRAIL, Kind.MEAN, 0.2, 0.25);
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(p99, mean));

    assertThat(judge.measuredShare(p99)).isCloseTo(0.2 * 0.01 / 5, within(1e-15));
    assertThat(judge.measuredShare(mean)).isCloseTo(0.2 * 0.01, within(1e-15));
    assertThatThrownBy(() -> judge.measuredShare(ERRORS))
        .hasMessage("metric: errors (expected: a measured one of the plan)");
  }

  /** What spends nothing has an equal part beside those that act. */
  @Test
  void successMetrics_areJudgedAsOneGuardrailMore() {
    JudgedMetric orders = metric("orders", Role.SUCCESS, Kind.EVENT, 0, 0, false, Direction.HIGHER);
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS, orders));

    MetricReading reading = readings(judge, Map.of()).getLast();

    assertThat(reading.runThreshold()).isCloseTo(-Math.log(0.6 * 0.5 * 0.01), within(1e-12));
    assertThat(judge.alpha().shares()).extracting(AlphaPlan.Share::metric).containsOnly("errors");
  }

  /** Every threshold of what rolls back is that of a part that the plan lists. */
  @Test
  void thresholds_ofTheJudge_areThoseOfTheParts() {
    List<JudgedMetric> metrics =
        List.of(
            metric("event", Role.GUARDRAIL, Kind.EVENT, 0.3, 0),
            metric("breaker", Role.CIRCUIT_BREAKER, Kind.EVENT, 0.1, 0),
            metric("mean", Role.GUARDRAIL, Kind.MEAN, 0.2, 0),
            metric("ratio", Role.GUARDRAIL, Kind.RATIO, 0.1, 0),
            metric("quantile", Role.GUARDRAIL, Kind.QUANTILE, 0.3, 0));
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), metrics);
    Measured measured = new Measured(0, false, false, "", Optional.empty());

    List<MetricReading> readings =
        readings(
            judge,
            Map.of(
                "event", events(counts(3, 2)),
                "breaker", events(counts(3, 2)),
                "mean", measured,
                "ratio", measured,
                "quantile", measured));

    assertThat(judge.alpha().shares()).hasSize(1 + 4 + 1 + 4 + 1 + 1 + 4);
    for (MetricReading reading : readings) {
      List<Double> parts =
          judge.alpha().shares().stream()
              .filter(share -> share.metric().equals(reading.key()) && share.stage() <= 1)
              .map(share -> -Math.log(share.part()))
              .distinct()
              .toList();
      List<Double> thresholds = new ArrayList<>();
      if (reading.breaker().isEmpty() && Double.isFinite(reading.runThreshold())) {
        thresholds.add(reading.runThreshold());
      }
      if (Double.isFinite(reading.stageThreshold())) {
        thresholds.add(reading.stageThreshold());
      }
      assertThat(thresholds).as(reading.key()).containsExactlyElementsOf(parts);
    }
  }

  private static List<MetricReading> readings(Judge judge, Map<String, MetricEvidence> evidence) {
    return judge
        .judge(evidence(Duration.ofMinutes(5), evidence), JudgeState.begin())
        .verdict()
        .readings();
  }
}
