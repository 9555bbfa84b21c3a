package dev.serin.server.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import dev.serin.engine.Bucketing;
import dev.serin.server.Await;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;
import dev.serin.v1.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a follower hears of streams and batches. */
class CommittedFeedTest {
  private OutcomeServer server;

  private final List<Heard> heard = Collections.synchronizedList(new ArrayList<>());
  private final CommittedFeed.Follower follower =
      flush -> flush.forEach(records -> hear(records.walk()));

  /** A record as a follower saw it. */
  private record Heard(
      String variant, long unit, long timeMillis, boolean exposure, Map<String, Double> values) {}

  private void hear(RecordWalk walk) {
    while (walk.next()) {
      Place place = walk.place();
      Map<String, Double> values = new TreeMap<>();
      walk.values(values::put);
      heard.add(
          new Heard(place.variant(), walk.unit(), walk.timeMillis(), walk.isExposure(), values));
    }
  }

  @BeforeEach
  void start() throws Exception {
    server = new OutcomeServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Outcome.Builder outcome(String unit) {
    return Outcome.newBuilder()
        .setDecisionToken(server.token())
        .setUnitKey(unit)
        .setTime(Timestamps.fromMillis(OutcomeServer.NOW - unit.length()));
  }

  private static Heard heard(String unit, Map<String, Double> values) {
    return new Heard(
        "new",
        Bucketing.hash(unit),
        OutcomeServer.NOW - unit.length(),
        values.isEmpty(),
        new TreeMap<>(values));
  }

  private void follow() {
    server.aggregator.feed().follow(follower);
  }

  @Test
  void outcomesAndExposures_areHeardAsTheyWereCounted() throws Exception {
    follow();
    server
        .report()
        .open(
            1,
            // Above its cap, and rounded to steps; refunds count 0 where they are missing.
            outcome("a").putValues("price", 1e6).putValues("bought", 1).build(),
            outcome("bb").setExposure(true).build(),
            outcome("ccc").putValues("latency", .1).putValues("refunds", 2).build())
        .awaitCommitted(3);

    assertThat(heard)
        .containsExactly(
            heard("a", Map.of("price", 100.0, "bought", 1.0, "refunds", 0.0)),
            heard("bb", Map.of()),
            heard("ccc", Map.of("latency", 104_858 / 1_048_576.0, "refunds", 2.0)));
  }

  @Test
  void refusedAndSeenOutcomes_areNotHeard() throws Exception {
    follow();
    TestReporter first =
        server
            .report()
            .open(
                1,
                outcome("a").putValues("refunds", 1).build(),
                outcome("b").putValues("refunds", Double.NaN).build(),
                outcome("c").putValues("unknown", 1).build());
    assertThat(first.awaitCommitted(3).getRefusedTotal()).isEqualTo(2);
    first.cut();
    server
        .report()
        .open(
            1,
            outcome("a").putValues("refunds", 1).build(),
            outcome("b").putValues("refunds", 1).build(),
            outcome("c").putValues("refunds", 1).build(),
            outcome("d").putValues("refunds", 4).build())
        .awaitCommitted(4);

    assertThat(heard)
        .containsExactly(heard("a", Map.of("refunds", 1.0)), heard("d", Map.of("refunds", 4.0)));
  }

  @Test
  void outcomes_notDurable_areHeardWhenTheyAre() throws Exception {
    follow();
    TestReporter reporter = server.report().open(1, outcome("a").putValues("refunds", 1).build());
    reporter.awaitCommitted(1);
    server.sessions.hold(true);
    reporter.send(2, outcome("b").putValues("refunds", 2).build());
    Await.until("judged", () -> server.aggregator.waiting() == 1);
    assertThat(heard).hasSize(1);

    server.sessions.hold(false);

    reporter.awaitCommitted(2);
    assertThat(heard)
        .containsExactly(heard("a", Map.of("refunds", 1.0)), heard("b", Map.of("refunds", 2.0)));
  }

  /** Who asks a follower after an acknowledgement finds that it has heard. */
  @Test
  void outcomes_durable_areHeardBeforeTheirProducerIsTold() throws Exception {
    List<String> order = new CopyOnWriteArrayList<>();
    server.aggregator.feed().follow(flush -> order.add("heard"));
    OutcomeLog log = new OutcomeLog(1, 1);
    log.exposure(server.snapshots.place(server.token()), 1, OutcomeServer.NOW);
    server.aggregator.add(new PendingLog(log, new Told(order), null, 7, 0, Reporter.NO_WATERMARK));

    server.sessions.pending();
    Await.until("heard and told", () -> order.size() >= 2);

    assertThat(order).containsExactly("heard", "committed 7");
  }

  @Test
  void outcomes_neverDurableHere_areNotHeard() throws Exception {
    follow();
    TestReporter older = server.report().open(1, outcome("a").putValues("refunds", 1).build());
    older.awaitCommitted(1);
    server.sessions.claimElsewhere("shop", TestReporter.SESSION.getSession());
    older.send(2, outcome("b").putValues("refunds", 2).build());

    assertThat(older.end()).hasMessageContaining("opened by somebody else");
    assertThat(heard).hasSize(1);
  }

  @Test
  void follower_thatLeft_hearsNothingMore() throws Exception {
    follow();
    TestReporter reporter = server.report().open(1, outcome("a").setExposure(true).build());
    reporter.awaitCommitted(1);
    server.aggregator.feed().unfollow(follower);
    reporter.send(2, outcome("b").setExposure(true).build()).awaitCommitted(2);

    assertThat(heard).containsExactly(heard("a", Map.of()));
    assertThat(server.aggregator.feed().isFollowed()).isFalse();
  }

  @Test
  void log_walkedAgain_isTheSameAndKnowsItsSize() {
    PlaceHandle place =
        server.snapshots.place(server.snapshots.token("checkout", Arm.ARM_SPLIT, "old"));
    OutcomeLog log = new OutcomeLog(1, 1);
    assertThat(log.walk().next()).isFalse();
    for (int i = 0; i < 1_000; i++) {
      if (i % 3 == 0) {
        log.exposure(place, i, i);
      } else {
        log.outcome(place, i, i);
        for (int value = 0; value < i % 3; value++) {
          log.value(place.metricAt(value), (long) i << 20);
        }
      }
    }
    hear(log.walk());
    List<Heard> first = List.copyOf(heard);
    heard.clear();
    hear(log.walk());

    assertThat(heard).isEqualTo(first).hasSize(1_000);
    for (int i = 0; i < 1_000; i++) {
      Heard record = heard.get(i);
      assertThat(record.unit()).isEqualTo(i);
      assertThat(record.exposure()).isEqualTo(i % 3 == 0);
      double value = i;
      assertThat(record.values())
          .hasSize(i % 3)
          .allSatisfy((key, it) -> assertThat(it).isEqualTo(value));
    }
    assertThat(log.heldBytes()).isBetween(8L * 5_000, 8L * 3 * 5_000);
  }
}
