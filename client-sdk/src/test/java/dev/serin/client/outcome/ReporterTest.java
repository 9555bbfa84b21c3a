package dev.serin.client.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.client.EvaluationDetails;
import dev.serin.client.Reason;
import dev.serin.v1.RefusalReason;
import dev.serin.v1.ReportOutcomeRequest;
import dev.serin.v1.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a reporter does, step by step, with a clock that stands still. */
class ReporterTest {
  private static final String NAME = "ReporterTest";

  private final Paces.Manual pace = new Paces.Manual();
  private final TestLedger ledger = new TestLedger();
  private final Heard heard = new Heard();
  private Replica replica = Replica.inProcess(ledger, NAME);
  private final OutcomeReporter reporter = builder().build();

  @AfterEach
  void close() {
    reporter.close(Duration.ZERO);
    replica.close();
  }

  private OutcomeReporterBuilder builder() {
    return OutcomeReporter.builder("checkout")
        .target(NAME)
        .transport(Replica::transport)
        .sources(Paces.sources(pace, 1))
        .queue(1_000, 1 << 20)
        .listener(heard);
  }

  @Test
  void reporter_fewOutcomes_areSentAfterTheDelay() {
    Reported.report(reporter, "a", 99);

    pace.advance(Duration.ofMillis(49));
    assertThat(ledger.total()).isZero();

    pace.advance(Duration.ofMillis(1));
    ledger.assertCounted(Reported.once("a", 99));
    assertThat(replica.service.messages).hasSize(2);
    assertThat(reporter.stats()).isEqualTo(new ReporterStats(99, 0, 0, 0, 99, 0, 0, 0, 0, 0, 1));
  }

  @Test
  void reporter_hundredOutcomes_areSentAtOnce() {
    Reported.report(reporter, "a", 100);
    pace.settle();

    ledger.assertCounted(Reported.once("a", 100));
  }

  @Test
  void reporter_flush_sendsAtOnceAndWaitsForTheAcknowledgement() throws InterruptedException {
    replica.service.fates = message -> CountingService.Fate.HOLD;
    Reported.report(reporter, "a", 3);

    assertThat(reporter.flush(Duration.ofMillis(1))).isFalse();
    pace.settle();
    assertThat(replica.service.messages).hasSize(2);
    replica.service.flush();

    assertThat(reporter.flush(Await.LIMIT)).isTrue();
    ledger.assertCounted(Reported.once("a", 3));
  }

  @Test
  void outcome_withoutTime_getsThatOfItsReport() {
    reporter.report(Reported.outcome("a"));
    reporter.report(Reported.outcome("b").at(Instant.parse("2026-02-28T00:00:00.123456789Z")));
    pace.advance(Duration.ofMillis(50));

    List<dev.serin.v1.Outcome> sent = replica.service.messages.get(1).getOutcomesList();
    assertThat(sent.get(0).getTime()).isEqualTo(Outcome.timestamp(Paces.NOON));
    assertThat(sent.get(1).getTime())
        .isEqualTo(Outcome.timestamp(Instant.parse("2026-02-28T00:00:00.123456Z")));
  }

  @Test
  void reporter_everythingSent_saysUpToWhen() {
    pace.settle();
    assertThat(replica.service.messages.get(0).hasWatermark()).isFalse();
    reporter.report(Reported.outcome("a"));
    pace.advance(Duration.ofMillis(50));
    assertThat(replica.service.messages.get(1).getWatermark())
        .isEqualTo(Outcome.timestamp(Paces.NOON.plusMillis(50).minusSeconds(1)));

    pace.advance(Duration.ofNanos(ReportConnection.WATERMARK_NANOS));
    ReportOutcomeRequest idle = replica.service.messages.get(2);
    assertThat(idle.getOutcomesCount()).isZero();
    assertThat(idle.getWatermark())
        .isEqualTo(Outcome.timestamp(Paces.NOON.plusMillis(50).plusSeconds(4)));
  }

  @Test
  void reporter_refusedForItsWatermark_goesOnWithout() {
    replica.service.fates =
        message -> {
          if (message.hasWatermark()) {
            throw TestLedger.invalid("watermark");
          }
          return CountingService.Fate.COUNT;
        };
    reporter.report(Reported.outcome("a-0"));
    pace.advance(Duration.ofMillis(50));
    assertThat(ledger.total()).isZero();

    pace.advance(Duration.ofNanos(Backoff.FIRST_NANOS));
    ledger.assertCounted(Reported.once("a", 1));
    assertThat(reporter.stats().resends()).isEqualTo(1);
    assertThat(lastMessageWithOutcomes().hasWatermark()).isFalse();
  }

  /** As when this process was stopped in the middle of a message for longer than a server waits. */
  @Test
  void reporter_refusedForAnythingElse_goesOnStatingWatermarks() {
    pace.settle();
    replica.service.fates =
        message -> {
          throw TestLedger.invalid("message");
        };
    reporter.report(Reported.outcome("a-0"));
    pace.advance(Duration.ofMillis(50));
    replica.service.fates = message -> CountingService.Fate.COUNT;

    pace.advance(Duration.ofNanos(Backoff.FIRST_NANOS));
    ledger.assertCounted(Reported.once("a", 1));
    assertThat(lastMessageWithOutcomes().hasWatermark()).isTrue();
  }

  @Test
  void outcome_refused_isToldWithItsReason() {
    Outcome bad = Reported.outcome("b").value(CountingService.REFUSED, 2).at(Paces.NOON);
    Outcome shown = Reported.outcome("c").value(CountingService.DISPLAYED, 2).at(Paces.NOON);
    reporter.report(Reported.outcome("a"));
    reporter.report(bad);
    reporter.report(shown);
    pace.advance(Duration.ofMillis(50));

    assertThat(heard.refused)
        .containsExactly(
            new RefusedOutcome(bad, RefusalReason.REFUSAL_REASON_UNKNOWN_METRIC, "of b", false),
            new RefusedOutcome(
                shown, RefusalReason.REFUSAL_REASON_TOKEN_REQUIRED_FOR_EVIDENCE, "of c", true));
    assertThat(reporter.stats()).isEqualTo(new ReporterStats(3, 0, 0, 0, 2, 1, 1, 0, 0, 0, 1));
  }

  @Test
  void outcome_ofADecisionThatFailed_isNotSent() {
    EvaluationDetails<Boolean> failed =
        new EvaluationDetails<>(
            "new-checkout", true, "", Reason.ERROR, "", "", "", 0, Optional.empty());

    assertThat(reporter.report(Outcome.of(failed, "a").event("purchase"))).isFalse();
    assertThat(reporter.report(Outcome.ofToken("t", "k").event("m".repeat(70_000)))).isFalse();
    pace.advance(Duration.ofMillis(50));

    assertThat(heard.refused)
        .extracting(RefusedOutcome::reason, RefusedOutcome::description)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                RefusalReason.REFUSAL_REASON_MISSING_FEATURE,
                "decision: none for feature \"new-checkout\" (expected: one with a decision"
                    + " token)"),
            org.assertj.core.groups.Tuple.tuple(
                RefusalReason.REFUSAL_REASON_INVALID_OUTCOME,
                "outcome: 70031 bytes (expected: at most 65536)"));
    assertThat(reporter.stats().refused()).isEqualTo(2);
    assertThat(replica.service.messages).hasSize(1);
    Reported.assertWhole(reporter.stats());
  }

  @Test
  void outcome_ofADecisionByChance_hasItsIdAsUnit() {
    EvaluationDetails<Boolean> decision =
        new EvaluationDetails<>(
            "f", true, "on", Reason.SPLIT, "", "token", "00ff", 1, Optional.empty());

    assertThat(Outcome.of(decision, "user").unitKey()).isEqualTo("00ff");
  }

  @Test
  void reporter_fenced_reportsAndStops() {
    Reported.report(reporter, "a", 100);
    pace.settle();
    ledger.openElsewhere();
    Reported.report(reporter, "b", 100);
    pace.settle();

    assertThat(heard.fenced).containsExactly("FAILED_PRECONDITION: told by the server");
    assertThat(reporter.report(Reported.outcome("c"))).isFalse();
    pace.advance(Duration.ofHours(1));

    ledger.assertCounted(Reported.once("a", 100));
    assertThat(ledger.claims()).hasSize(1);
    assertThat(heard.dropped).containsExactly(1L);
    assertThat(reporter.stats())
        .isEqualTo(new ReporterStats(201, 0, 100, 0, 100, 0, 0, 1, 0, 0, 1));
    assertThat(reporter.close(Await.LIMIT)).isFalse();
  }

  @Test
  void reporter_sessionExpired_beginsAnew() {
    Reported.report(reporter, "a", 100);
    pace.settle();
    replica.close();
    Reported.report(reporter, "b", 100);
    pace.settle();
    ledger.forgetSessions();
    replica = Replica.inProcess(ledger, NAME);
    for (int i = 0; i < 10; i++) {
      pace.advance(Duration.ofNanos(Backoff.LONGEST_NANOS));
    }

    Map<String, Integer> expected = Reported.once("a", 100);
    expected.putAll(Reported.once("b", 100));
    ledger.assertCounted(expected);
    List<String> sessions = ledger.claims().stream().map(Session::getSession).distinct().toList();
    assertThat(sessions).hasSize(2);
    assertThat(lastMessageWithOutcomes().getFirstSequence()).isEqualTo(1);
    Reported.assertWhole(reporter.stats());
  }

  @Test
  void reporter_serverThatLostCommits_saysHowManyAndGoesOn() {
    Reported.report(reporter, "a", 100);
    pace.settle();
    ledger.loseLast(30);
    replica.service.kill();
    Reported.report(reporter, "b", 100);
    for (int i = 0; i < 10; i++) {
      pace.advance(Duration.ofNanos(Backoff.LONGEST_NANOS));
    }

    assertThat(heard.lost).hasValue(30);
    assertThat(reporter.stats().lost()).isEqualTo(30);
    assertThat(ledger.counted()).containsAllEntriesOf(Reported.once("b", 100));
    assertThat(ledger.total()).isEqualTo(200);
  }

  @Test
  void reporter_storeAway_waitsAsLongAsItIsTold() {
    pace.settle();
    replica.service.refuses = TestLedger.away(30_000);
    replica.service.kill();
    pace.advance(Duration.ofNanos(Backoff.FIRST_NANOS));
    replica.service.refuses = null;
    assertThat(reporter.stats().streams()).isEqualTo(2);

    pace.advance(Duration.ofSeconds(29));
    assertThat(reporter.stats().streams()).isEqualTo(2);

    // A quarter more, so that those who were told together do not come together.
    pace.advance(Duration.ofSeconds(9));
    assertThat(reporter.stats().streams()).isEqualTo(3);
    Reported.report(reporter, "a", 100);
    pace.settle();
    ledger.assertCounted(Reported.once("a", 100));
  }

  @Test
  void reporter_openingNeverAnswered_triesElsewhere() {
    pace.settle();
    replica.service.fates = message -> CountingService.Fate.IGNORE;
    replica.service.kill();
    Reported.report(reporter, "a", 100);
    pace.advance(Duration.ofNanos(Backoff.FIRST_NANOS));
    replica.service.fates = message -> CountingService.Fate.COUNT;
    assertThat(reporter.stats().streams()).isEqualTo(2);

    pace.advance(Duration.ofNanos(ReportConnection.OPENING_NANOS));
    pace.advance(Duration.ofNanos(Backoff.LONGEST_NANOS));

    ledger.assertCounted(Reported.once("a", 100));
  }

  @Test
  void reporter_attempts_riseOverRestarts() {
    for (int i = 0; i < 5; i++) {
      pace.settle();
      // A clock that somebody sets back must not make an attempt look old.
      pace.setClock(Paces.NOON.minus(Duration.ofHours(i)));
      replica.close();
      replica = Replica.inProcess(ledger, NAME);
      pace.advance(Duration.ofNanos(Backoff.LONGEST_NANOS));
      pace.advance(Duration.ofNanos(Backoff.LONGEST_NANOS));
    }
    Reported.report(reporter, "a", 100);
    pace.settle();

    List<Long> attempts = ledger.claims().stream().map(Session::getAttempt).toList();
    assertThat(attempts).hasSizeGreaterThanOrEqualTo(6).isSorted().doesNotHaveDuplicates();
    assertThat(attempts.get(0)).isEqualTo(Paces.NOON.toEpochMilli());
    ledger.assertCounted(Reported.once("a", 100));
    assertThat(heard.fenced).isEmpty();
  }

  @Test
  void close_withOutcomesOnTheirWay_waitsForTheirAcknowledgement() {
    Reported.report(reporter, "a", 7);

    assertThat(reporter.close(Await.LIMIT)).isTrue();

    ledger.assertCounted(Reported.once("a", 7));
    assertThat(reporter.report(Reported.outcome("b"))).isFalse();
    assertThat(reporter.stats()).isEqualTo(new ReporterStats(8, 0, 0, 0, 7, 0, 0, 1, 0, 0, 1));
  }

  @Test
  void flush_afterTheEnd_doesNotWait() throws InterruptedException {
    replica.service.fates = message -> CountingService.Fate.IGNORE;
    Reported.report(reporter, "a", 7);

    assertThat(reporter.close(Duration.ZERO)).isFalse();

    assertThat(reporter.flush(Await.LIMIT)).isFalse();
    assertThat(reporter.stats().queued()).isEqualTo(7);
  }

  private ReportOutcomeRequest lastMessageWithOutcomes() {
    List<ReportOutcomeRequest> messages = replica.service.messages;
    return messages.stream()
        .filter(message -> message.getOutcomesCount() > 0)
        .reduce((earlier, later) -> later)
        .orElseThrow();
  }
}
