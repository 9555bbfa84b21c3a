package dev.serin.loadtest.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.loadtest.wire.CallEnd;
import dev.serin.loadtest.wire.LoadResult;
import java.time.Duration;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class LoadReportTest {

  @Test
  void text_someFailures_areListedBesideRateAndLatencies() {
    Histogram latency = new Histogram(3);
    for (int i = 1; i <= 100; i++) {
      latency.recordValue(i * 1_000L);
    }
    var result =
        new LoadResult(103, 100, Map.of(CallEnd.UNAVAILABLE, 2L), latency, Duration.ofMillis(500));

    assertThat(new LoadReport(result).text())
        .isEqualTo(
            """
            calls                count
            -------------------  -----
            started                103
            succeeded              100
            failed: UNAVAILABLE      2
            unanswered               1
            per second             200

            latency   us
            -------  ---
            p50       50
            p90       90
            p99       99
            p99.9    100
            p99.99   100
            max      100
            """);
  }

  @Test
  void text_noSuccess_showsNoLatencies() {
    var result =
        new LoadResult(
            5, 0, Map.of(CallEnd.NOT_FOUND, 5L), new Histogram(3), Duration.ofSeconds(1));

    assertThat(new LoadReport(result).text()).contains("failed: NOT_FOUND").doesNotContain("p50");
  }
}
