package dev.serin.server.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.DeltaCodec;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;
import dev.serin.v1.Outcome;
import dev.serin.v1.RefusalReason;
import dev.serin.v1.ReportOutcomeResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What reporters tell to have dropped is counted with the outcome that tells it. */
class DroppedOutcomesTest {
  private OutcomeServer server;

  @BeforeEach
  void start() throws Exception {
    server = new OutcomeServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Outcome telling(String variant, int dropped) {
    return Outcome.newBuilder()
        .setDecisionToken(server.snapshots.token("checkout", Arm.ARM_SPLIT, variant))
        .setUnitKey("ada")
        .putValues("bought", 1)
        .setDropped(dropped)
        .build();
  }

  /** What is durable, as whoever loads it reads it. */
  private MergedView durable() {
    MergedView view = new MergedView();
    server.sessions.deltas().forEach(bytes -> view.apply(DeltaCodec.decode(bytes)));
    return view;
  }

  private static Place place(MergedView view, String variant) {
    List<Place> places =
        view.places("default", "checkout").stream()
            .filter(place -> place.variant().equals(variant))
            .toList();
    assertThat(places).hasSize(1);
    return places.getFirst();
  }

  private static long dropped(MergedView view, String variant) {
    return view.count(CellKey.dropped(place(view, variant)));
  }

  private static long outcomes(MergedView view, String variant) {
    return view.count(CellKey.outcomes(place(view, variant)));
  }

  @Test
  void dropped_ofSeveralOutcomes_addUpByPlace() throws Exception {
    TestReporter reporter =
        server.report().open(1, telling("new", 300), telling("old", 7), telling("new", 12));
    reporter.awaitCommitted(3);
    reporter.send(4, telling("new", 0), telling("new", 1_000_000_000));
    reporter.awaitCommitted(5);

    MergedView view = durable();
    assertThat(dropped(view, "new")).isEqualTo(1_000_000_312);
    assertThat(dropped(view, "old")).isEqualTo(7);
    assertThat(outcomes(view, "new")).isEqualTo(4);
    assertThat(outcomes(view, "old")).isEqualTo(1);
    assertThat(server.aggregator.ask(shown -> dropped(shown, "new")).join())
        .isEqualTo(1_000_000_312);
    // They have no time, and so nothing to draw.
    assertThat(view.chart(CellKey.dropped(place(view, "new")))).isEmpty();
  }

  @Test
  void dropped_toldAgain_areCountedOnce() throws Exception {
    TestReporter reporter = server.report().open(1, telling("new", 300), telling("new", 5));
    reporter.awaitCommitted(2);
    reporter.send(1, telling("new", 300), telling("new", 5));
    reporter.next();

    TestReporter other =
        server.report().open(1, telling("new", 300), telling("new", 5), telling("new", 1));
    other.awaitCommitted(3);

    assertThat(dropped(durable(), "new")).isEqualTo(306);
  }

  @Test
  void dropped_toldByOneThatIsRefused_areNotCountedButItself() throws Exception {
    Outcome bad = telling("new", 300).toBuilder().putValues("bought", 0.5).build();
    Outcome tooMany = telling("new", 1_000_000_001);

    ReportOutcomeResponse answer =
        server.report().open(1, bad, tooMany, telling("new", 2)).awaitCommitted(3);

    assertThat(answer.getRefusalsList())
        .extracting(refusal -> refusal.getReason())
        .containsExactly(
            RefusalReason.REFUSAL_REASON_INVALID_VALUE,
            RefusalReason.REFUSAL_REASON_INVALID_OUTCOME);
    assertThat(answer.getRefusals(1).getDescription())
        .isEqualTo("dropped: 1000000001 (expected: at most 1000000000)");
    assertThat(dropped(durable(), "new")).isEqualTo(3);
  }

  /** Values that nobody can count, as of failures alone, are no reason to take them for none. */
  @Test
  void refused_forTheirValues_areCountedAsDroppedOnce() throws Exception {
    Outcome noNumber = telling("new", 0).toBuilder().putValues("bought", Double.NaN).build();
    Outcome unknown = telling("old", 0).toBuilder().putValues("nobody-knows", 1).build();
    Outcome noToken = noNumber.toBuilder().clearDecisionToken().setFeature("checkout").build();
    TestReporter reporter =
        server.report().open(1, noNumber, unknown, noNumber, noToken, telling("old", 0));
    reporter.awaitCommitted(5);
    reporter.send(1, noNumber, unknown, noNumber, noToken, telling("old", 0));
    reporter.next();

    MergedView view = durable();
    assertThat(dropped(view, "new")).isEqualTo(2);
    assertThat(dropped(view, "old")).isEqualTo(1);
    assertThat(outcomes(view, "new")).isZero();
    assertThat(outcomes(view, "old")).isEqualTo(1);
  }

  /** Merged, stored again and retained: a number that is kept as counts of outcomes are. */
  @Test
  void dropped_mergedAndExpired_stay() throws Exception {
    server.report().open(1, telling("new", 300)).awaitCommitted(1);
    MergedView view = durable();
    MergedView loaded = new MergedView();

    loaded.apply(DeltaCodec.decode(DeltaCodec.encode(view.toDelta())));
    loaded.apply(view.toDelta());
    loaded.expire(place -> true);

    assertThat(dropped(loaded, "new")).isEqualTo(600);
  }
}
