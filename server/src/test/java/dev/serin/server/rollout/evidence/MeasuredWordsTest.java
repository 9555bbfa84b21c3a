package dev.serin.server.rollout.evidence;

import static dev.serin.server.rollout.evidence.CountedRun.judged;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.Interval;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.policy.MetricEvidence.Estimate;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeasuredWordsTest {
  private static final JudgedMetric METRIC =
      judged(
          Plans.with(
                  """
                  stages:
                  - {name: half, kind: ab_test, share: 50}
                  - {name: full, kind: full, share: 100}
                  guardrails: [{metric: latency}]
                  """)
              .metrics()
              .getFirst(),
          Kind.MEAN);

  @ParameterizedTest
  @CsvSource({"12.34567, 12.35", "0, 0", "NaN, -", "Infinity, -", "-Infinity, -"})
  void words_ofAnyNumber_haveFourDigitsOrADash(double number, String shown) {
    Estimate estimate = new Estimate(number, 1, Optional.of(new Interval(-1, 2)));
    assertThat(MeasuredWords.of(METRIC, new Figure.Known<>(estimate)))
        .isEqualTo("1 ms of the treatment against " + shown + " ms, difference -1 to 2 ms");
  }
}
