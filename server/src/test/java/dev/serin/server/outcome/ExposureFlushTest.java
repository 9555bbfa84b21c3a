package dev.serin.server.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.engine.Bucketing;
import dev.serin.engine.Decision;
import dev.serin.engine.Snapshot;
import dev.serin.server.Await;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.DeltaCodec;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.outcome.aggregate.PlaceUnits;
import dev.serin.v1.Arm;
import dev.serin.v1.Outcome;
import java.util.Objects;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExposureFlushTest {
  private final OutcomeServer server;
  private final ExposurePoint point;
  private final ExposureRecorder recorder;

  ExposureFlushTest() throws Exception {
    server = new OutcomeServer();
    server.exposures.register(server.metrics);
    Snapshot snapshot = Objects.requireNonNull(server.snapshots.get("default"));
    ExposurePoint found = null;
    for (Decision decision : Objects.requireNonNull(snapshot.feature("checkout")).decisions()) {
      if (decision.arm() == Arm.ARM_SPLIT && decision.variant().equals("new")) {
        found = ExposurePoint.of(decision);
      }
    }
    point = Objects.requireNonNull(found);
    recorder = server.exposures.ofThread();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void expose(String... users) {
    for (String user : users) {
      recorder.record(point, Bucketing.hash(user));
    }
  }

  /** What is durable. */
  private MergedView durable() {
    MergedView view = new MergedView();
    server.sessions.deltas().forEach(bytes -> view.apply(DeltaCodec.decode(bytes)));
    return view;
  }

  private static long exposures(MergedView view) {
    return RecordedExposures.counted(view, "checkout", "new");
  }

  private int units(ToIntFunction<PlaceUnits> question) {
    Place place = point.place();
    return server.aggregator.ask(view -> question.applyAsInt(view.units(place))).join();
  }

  private Outcome bought(String user) {
    return Outcome.newBuilder()
        .setDecisionToken(server.token())
        .setUnitKey(user)
        .putValues("bought", 1)
        .build();
  }

  @Test
  void flush_exposuresAlone_isMadeAndShown() {
    expose("ada", "grace", "ada");
    assertThat(server.aggregator.hasUnannounced()).isTrue();

    server.sessions.pending();

    assertThat(exposures(durable())).isEqualTo(3);
    assertThat(server.aggregator.hasUnannounced()).isFalse();
    assertThat(server.exposures.areSettled()).isTrue();
    assertThat(units(units -> units.exposed().size())).isEqualTo(2);
    assertThat(server.metrics.scrape())
        .contains("serin_exposures_counted_total 3.0", "serin_exposures_dropped_total 0.0");
  }

  @Test
  void flush_outcomeOfAnExposedUser_isOfTheSameUser() throws Exception {
    expose("ada", "grace");
    server.report().open(1, bought("ada"), bought("alan")).awaitCommitted(2);

    assertThat(units(units -> units.exposed().size())).isEqualTo(2);
    assertThat(units(units -> units.marked().size())).isEqualTo(1);
    assertThat(units(units -> units.users().size())).isEqualTo(3);
  }

  /** What was drained is in the flush that is gathered again, and in no other. */
  @Test
  void flush_gatheredAgainWithoutAFencedStream_countsExposuresOnce() throws Exception {
    TestReporter reporter = server.report().open(1);
    assertThat(reporter.next().getOpened()).isTrue();
    server.sessions.claimElsewhere("shop", TestReporter.SESSION.getSession());
    expose("ada");
    reporter.send(1, bought("grace"));

    assertThat(reporter.end().getStatus().isOk()).isFalse();
    Await.until("settled", server.exposures::areSettled);
    expose("alan");
    server.sessions.pending();

    assertThat(exposures(durable())).isEqualTo(2);
    assertThat(server.counted()).isZero();
    assertThat(units(units -> units.users().size())).isEqualTo(2);
  }

  @Test
  void store_away_ringsFillAndDropThenGoOn() {
    server.sessions.hold(true);
    for (int i = 0; i < ExposureRing.CAPACITY + 5; i++) {
      expose("user-" + i % 1_000);
    }
    assertThat(server.metrics.scrape()).contains("serin_exposures_dropped_total 5.0");
    assertThat(server.sessions.deltas()).isEmpty();

    server.sessions.hold(false);

    assertThat(exposures(durable())).isEqualTo(ExposureRing.CAPACITY);
    assertThat(server.metrics.scrape()).contains("serin_exposures_dropped_total 5.0");
    assertThat(units(units -> units.exposed().size())).isEqualTo(1_000);
  }

  @Test
  void replica_retired_countsNoExposureMore() {
    expose("ada");
    server.sessions.retire();
    expose("grace");

    assertThat(server.sessions.deltas()).isEmpty();
    assertThat(server.exposures.areDrained()).isFalse();
    assertThat(server.metrics.scrape()).contains("serin_exposures_counted_total 0.0");
  }

  @Test
  void outcome_withoutTokenWhereTheKeyDecides_marksAndExposesNobody() throws Exception {
    Outcome outcome =
        Outcome.newBuilder().setFeature("plain").setUnitKey("ada").putValues("bought", 1).build();
    server.report().open(1, outcome).awaitCommitted(1);

    MergedView view = durable();
    Place place = view.places("default", "plain").getFirst();
    CellKey bought =
        view.keys().stream().filter(key -> key.metric().equals("bought")).findFirst().orElseThrow();
    assertThat(view.units(place).exposed().size()).isZero();
    assertThat(view.units(place).marked().size()).isEqualTo(1);
    assertThat(view.units(place).withEvent(bought).intersection(view.units(place).users()).size())
        .isEqualTo(1);
    assertThat(view.cell(CellKey.exposures(place))).isEmpty();
  }
}
