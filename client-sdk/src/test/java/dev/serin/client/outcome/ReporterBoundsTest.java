package dev.serin.client.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.v1.ReportOutcomeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The queue's bound, what happens at it, and the bounds of messages. */
class ReporterBoundsTest {
  private static final String NAME = "ReporterBoundsTest";

  private final TestLedger ledger = new TestLedger();
  private final Heard heard = new Heard();
  private final Paces.Manual pace = new Paces.Manual();

  private OutcomeReporterBuilder builder() {
    return OutcomeReporter.builder("checkout")
        .target(NAME)
        .transport(Replica::transport)
        .sources(Paces.sources(pace, 1))
        .listener(heard);
  }

  @Test
  void reporter_queueFull_dropsAndSaysHowMany() {
    try (Replica replica = Replica.inProcess(ledger, NAME);
        OutcomeReporter reporter = builder().queue(250, 1 << 20).build()) {
      replica.service.fates = message -> CountingService.Fate.HOLD;
      Reported.report(reporter, "a", 250);
      for (int i = 0; i < 7; i++) {
        assertThat(reporter.report(Reported.outcome("b"))).isFalse();
      }
      pace.advance(Duration.ofSeconds(1));

      assertThat(heard.dropped.stream().mapToLong(Long::longValue).sum()).isEqualTo(7);
      assertThat(reporter.stats())
          .isEqualTo(new ReporterStats(257, 0, 250, 0, 0, 0, 0, 7, 0, 0, 1));

      // An acknowledgement makes room.
      replica.service.fates = message -> CountingService.Fate.COUNT;
      replica.service.flush();
      pace.settle();
      Reported.report(reporter, "c", 250);
      assertThat(reporter.close(Await.LIMIT)).isTrue();
      assertThat(ledger.total()).isEqualTo(500);
      assertThat(ledger.counted()).doesNotContainKey("b");
      Reported.assertWhole(reporter.stats());
    }
  }

  @Test
  void reporter_manyDrops_areToldOnceASecond() {
    try (OutcomeReporter reporter = builder().queue(1, 1 << 20).build()) {
      reporter.report(Reported.outcome("a"));
      reporter.report(Reported.outcome("b"));
      pace.settle();
      assertThat(heard.dropped).containsExactly(1L);
      reporter.report(Reported.outcome("c"));
      reporter.report(Reported.outcome("d"));
      pace.advance(Duration.ofMillis(999));
      assertThat(heard.dropped).hasSize(1);

      pace.advance(Duration.ofMillis(1));

      assertThat(heard.dropped).containsExactly(1L, 2L);
      reporter.close(Duration.ZERO);
    }
  }

  @Test
  void report_neverBlocksItsCaller() throws InterruptedException {
    CountDownLatch stuck = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    int threads = 4;
    int each = 50_000;
    int room = 10_000;
    // The reporter's thread waits for a channel for ever: nobody takes anything out.
    OutcomeReporter reporter =
        builder()
            .sources(Paces.sources(Pace.ofMachine(), 1))
            .queue(room, 16 << 20)
            .transport(Replica::transport)
            .customise(
                channel ->
                    channel.intercept(
                        new StuckInterceptor(
                            () -> {
                              stuck.countDown();
                              awaitQuietly(release);
                            })))
            .build();
    stuck.await();
    AtomicInteger taken = new AtomicInteger();
    List<Thread> callers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      Thread caller =
          new Thread(
              () -> {
                for (int i = 0; i < each; i++) {
                  taken.addAndGet(reporter.report(Reported.outcome("x")) ? 1 : 0);
                }
              });
      callers.add(caller);
      caller.start();
    }
    for (Thread caller : callers) {
      caller.join();
    }

    // All came back though nothing went on; each outcome is in the queue or counted as dropped.
    assertThat(taken).hasPositiveValue().hasValueLessThanOrEqualTo(room);
    assertThat(reporter.stats().queued()).isEqualTo(taken.get());
    assertThat(reporter.stats().dropped()).isEqualTo((long) threads * each - taken.get());
    release.countDown();
    reporter.close(Duration.ZERO);
  }

  @Test
  void reporter_manyLargeOutcomes_fillMessagesWithinTheirBounds() {
    try (Replica replica = Replica.inProcess(ledger, NAME);
        OutcomeReporter reporter = builder().queue(100_000, 64 << 20).build()) {
      String instance = "i".repeat(128);
      for (int i = 0; i < 25_000; i++) {
        Outcome outcome = Reported.outcome("a-" + i).instance(i % 2 == 0 ? instance : "");
        assertThat(reporter.report(outcome)).isTrue();
      }
      String token = "t".repeat(60_000);
      for (int i = 0; i < 40; i++) {
        assertThat(reporter.report(Outcome.ofToken(token, "b-" + i).event("x"))).isTrue();
      }
      assertThat(reporter.close(Await.LIMIT)).isTrue();

      // The service refuses a message that is larger, and its stream is cut then.
      assertThat(reporter.stats().streams()).isEqualTo(1);
      assertThat(ledger.total()).isEqualTo(25_040);
      assertThat(replica.service.messages)
          .extracting(ReportOutcomeRequest::getSerializedSize)
          .allMatch(size -> size <= 1 << 20)
          .anyMatch(size -> size > 900_000);
    }
  }

  @Test
  void builder_eachBadSetting_saysWhatWasExpected() {
    assertThatThrownBy(() -> OutcomeReporter.builder(" "))
        .hasMessage("producer: \" \" (expected: 1 to 128 characters, not blank)");
    assertThatThrownBy(() -> OutcomeReporter.builder("x".repeat(129)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> OutcomeReporter.builder("x").build())
        .hasMessage("target: none (expected: host:port)");
    assertThatThrownBy(() -> builder().target(" "))
        .hasMessage("target: blank (expected: host:port)");
    assertThatThrownBy(() -> builder().queue(0, 1 << 20))
        .hasMessage("queue: 0 outcomes (expected: 1 or more)");
    assertThatThrownBy(() -> builder().queue(1, 65_535))
        .hasMessage("queue: 65535 bytes (expected: at least 65536)");
    assertThatThrownBy(() -> builder().batch(10_001, Duration.ZERO))
        .hasMessage("batch: 10001 (expected: 1 to 10000)");
    assertThatThrownBy(() -> builder().batch(1, Duration.ofSeconds(61)))
        .hasMessage("batch delay: PT1M1S (expected: 0 to PT1M)");
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException early) {
      Thread.currentThread().interrupt();
    }
  }
}
