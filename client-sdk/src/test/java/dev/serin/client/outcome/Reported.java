package dev.serin.client.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;

/** Outcomes that a test can tell apart when they are counted. */
final class Reported {
  private Reported() {}

  /** One that is counted under its name. */
  static Outcome outcome(String name) {
    return Outcome.ofToken("token", name).event("purchase");
  }

  /** Reports so many, named prefix-0, prefix-1, …; all are taken. */
  static void report(OutcomeReporter reporter, String prefix, int count) {
    for (int i = 0; i < count; i++) {
      assertThat(reporter.report(outcome(prefix + "-" + i))).isTrue();
    }
  }

  /** What has to be counted then: each once. */
  static Map<String, Integer> once(String prefix, int count) {
    Map<String, Integer> expected = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      expected.put(prefix + "-" + i, 1);
    }
    return expected;
  }

  /** The numbers of a reporter at rest add up. */
  static void assertWhole(ReporterStats stats) {
    assertThat(stats.reported() + stats.recovered())
        .as("%s", stats)
        .isEqualTo(stats.queued() + stats.acknowledged() + stats.refused() + stats.dropped());
  }
}
