package dev.serin.server.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.outcome.aggregate.Cell;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.v1.Arm;
import dev.serin.v1.Outcome;
import dev.serin.v1.RefusalReason;
import dev.serin.v1.ReportOutcomeBatchRequest;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events that are made of the values of another metric, which nobody reports. */
class MadeEventsTest {
  private static final long NOW = Duration.ofDays(20_000).toMillis();
  private static final long REVISION = 7;

  private static final List<String> MADE =
      List.of(
          """
          { "metric": { "key": "slow", "kind": "METRIC_KIND_EVENT",
              "better": "BETTER_DIRECTION_LOWER", "when": { "metric": "latency", "above": 800 } } }
          """,
          """
          { "metric": { "key": "dear", "kind": "METRIC_KIND_EVENT",
              "better": "BETTER_DIRECTION_LOWER", "when": { "metric": "price", "above": 120 } } }
          """,
          """
          { "metric": { "key": "unrefunded", "kind": "METRIC_KIND_EVENT",
              "better": "BETTER_DIRECTION_HIGHER", "when": { "metric": "refunds", "below": 1 } } }
          """,
          """
          { "metric": { "key": "slow-per-sale", "kind": "METRIC_KIND_RATIO",
              "better": "BETTER_DIRECTION_LOWER", "numerator": "slow", "denominator": "bought" } }
          """);

  private final TestSnapshots snapshots = new TestSnapshots();
  private final OutcomeLog log = new OutcomeLog(1, 1);
  private final Judge judge = new Judge(new PlaceResolver(snapshots, new LiveRuns(snapshots)));
  private String token = "";

  @BeforeEach
  void compile() {
    snapshots.put(
        "default",
        REVISION,
        Stream.concat(TestSnapshots.CHECKOUT.stream(), MADE.stream()).toList());
    token = snapshots.token("checkout", Arm.ARM_SPLIT, "new");
  }

  private Outcome.Builder outcome() {
    return Outcome.newBuilder().setDecisionToken(token).setUnitKey("ada");
  }

  private static ReportedOutcomes reported(Outcome.Builder outcome) {
    return ReportedMessage.of(ReportOutcomeBatchRequest.newBuilder().addOutcomes(outcome).build())
        .outcomes();
  }

  private Judgement judged(Outcome.Builder outcome) {
    return judge.judge(reported(outcome), 0, NOW, true, log);
  }

  private MergedView counted() {
    MergedView view = new MergedView();
    DeltaBuilder builder = new DeltaBuilder(view);
    log.addTo(new Tallies(builder));
    view.apply(builder.build());
    return view;
  }

  private static Cell cell(MergedView view, String metric) {
    return view.cell(key(view, metric)).orElseThrow();
  }

  private static CellKey key(MergedView view, String metric) {
    return view.keys().stream()
        .filter(key -> key.metric().equals(metric))
        .reduce(
            (one, other) -> {
              throw new AssertionError(one + " and " + other);
            })
        .orElseThrow();
  }

  @Test
  void judge_valuesThatMakeEvents_countTheirUsersOnceAndEachOutcome() {
    judged(outcome().putValues("latency", 800).putValues("bought", 1));
    judged(outcome().putValues("latency", 800.5));
    judged(outcome().putValues("latency", 2_000));
    judged(outcome().setUnitKey("grace").putValues("latency", 3));
    judged(outcome().setUnitKey("alan").putValues("price", 150));

    MergedView view = counted();
    CellKey slow = key(view, "slow");
    assertThat(cell(view, "slow").count()).as("outcomes with a latency").isEqualTo(4);
    assertThat(cell(view, "slow").sum().toDouble()).isEqualTo(2);
    assertThat(view.units(slow.place()).withEvent(slow).size()).isEqualTo(1);
    assertThat(view.units(slow.place()).marked().size()).isEqualTo(3);
    // Before the cap of 100, which values count as.
    assertThat(cell(view, "price").sum().toDouble()).isEqualTo(100);
    assertThat(cell(view, "dear").sum().toDouble()).isEqualTo(1);
    // Missing means zero: each outcome has a value, which is below.
    assertThat(cell(view, "unrefunded").count()).isEqualTo(5);
    assertThat(cell(view, "unrefunded").sum().toDouble()).isEqualTo(5);
    assertThat(cell(view, "slow-per-sale").count()).isEqualTo(4);
    assertThat(cell(view, "slow-per-sale").sum().toDouble()).isEqualTo(2);
  }

  @Test
  void judge_eventThatIsMadeOfValues_isNotReported() {
    for (String key : List.of("slow", "")) {
      assertThat(judged(outcome().putValues(key, 1)))
          .isInstanceOfSatisfying(
              Refusal.class,
              refusal ->
                  assertThat(refusal.reason())
                      .isEqualTo(RefusalReason.REFUSAL_REASON_UNKNOWN_METRIC));
    }
    assertThat(log.size()).isZero();
  }
}
