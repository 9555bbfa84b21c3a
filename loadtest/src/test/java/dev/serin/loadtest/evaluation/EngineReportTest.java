package dev.serin.loadtest.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.loadtest.workload.Workload;
import java.util.List;
import org.junit.jupiter.api.Test;

class EngineReportTest {

  @Test
  void text_measurements_areInOrderWithTargetsAndRatios() {
    var report =
        new EngineReport(
            List.of(
                measured(Workload.W2_BUILD, Contestant.LAUNCHDARKLY, 600, 1386),
                measured(Workload.W1, Contestant.LAUNCHDARKLY, 250, 712),
                measured(Workload.W1, Contestant.SERIN_RAW, 25, 0),
                measured(Workload.W2_BUILD, Contestant.SERIN_NAMED, 100, 0)));

    assertThat(report.text())
        .isEqualTo(
            """
            workload  evaluator            CPU ns  target     B  wall ns  x Serin
            --------  -------------------  ------  ------  ----  -------  -------
            W1        Serin, raw             25.0      25     0     50.0     1.00
            W1        LaunchDarkly 7.13.0   250.0           712    500.0    10.00
            W2_BUILD  Serin, by name        100.0             0    200.0     1.00
            W2_BUILD  LaunchDarkly 7.13.0   600.0          1386   1200.0     6.00
            """);
  }

  @Test
  void text_peerWithoutSerin_hasNoRatio() {
    var report = new EngineReport(List.of(measured(Workload.W1, Contestant.SPLIT, 300, 616)));

    assertThat(report.text()).endsWith("616    600.0\n");
  }

  private static EngineReport.Measurement measured(
      Workload workload, Contestant contestant, double cpuNanos, double bytes) {
    return new EngineReport.Measurement(workload, contestant, cpuNanos, 2 * cpuNanos, bytes);
  }
}
