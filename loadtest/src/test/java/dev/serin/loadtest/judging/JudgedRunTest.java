package dev.serin.loadtest.judging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.rollout.evidence.RunReader;
import dev.serin.server.rollout.policy.MetricEvidence;
import dev.serin.server.rollout.policy.MetricReading;
import dev.serin.server.rollout.policy.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What {@code tick} measures is a run that goes on. */
class JudgedRunTest {
  private static final Instant BEGAN = Instant.parse("2026-11-24T10:00:00Z");
  private static final Duration TICK = Duration.ofSeconds(1);

  @Test
  void run_thatIsLookedAt_goesOnWithAllOfItsMetrics() {
    JudgedRun run = new JudgedRun(1, BEGAN);
    MergedView view = new MergedView();
    Random random = new Random(1);
    Instant now = BEGAN.plus(Duration.ofMinutes(30));
    for (int second = 0; second < 5; second++) {
      now = now.plus(TICK);
      DeltaBuilder builder = new DeltaBuilder(view);
      run.report(builder, 1_000 * second, 1_000 * (second + 1), now.toEpochMilli(), random);
      view.apply(builder.build());

      RunReader.Reading reading = run.read(view);
      Map<String, MetricEvidence> evidence = run.test(reading);
      Verdict verdict = run.judge(reading, evidence, now, TICK);
      assertThat(verdict.readings())
          .extracting(MetricReading::key)
          .containsExactlyElementsOf(JudgedRun.METRICS);
      assertThat(verdict.problems()).isEmpty();
      assertThat(verdict.action()).isEqualTo(Verdict.Action.GO_ON);
      assertThat(verdict.sentence()).contains("of 1 h in the stage");
      assertThat(run.move(verdict, now, TICK)).isFalse();
    }
    assertThat(run.read(view).users().exposed().total()).isBetween(2_000L, 3_000L);
  }

  @Test
  void tick_ofAFewRuns_isMeasured() {
    int status =
        new CommandLine(new TickCommand())
            .execute("--runs", "4", "--changed", "2", "--users", "400", "--ticks", "6");

    assertThat(status).isZero();
  }
}
