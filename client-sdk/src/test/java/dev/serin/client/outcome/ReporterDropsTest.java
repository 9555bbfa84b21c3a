package dev.serin.client.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.client.outcome.CountingService.Fate;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a reporter dropped, its server hears of: once, with outcomes of the same token. */
class ReporterDropsTest {
  private static final String NAME = "ReporterDropsTest";
  private static final int ROUNDS = 60;
  private static final Fate[] FATES = Fate.values();

  private final TestLedger ledger = new TestLedger();
  private final Heard heard = new Heard();

  private OutcomeReporterBuilder builder(String name, Pace pace, long seed) {
    return OutcomeReporter.builder("checkout")
        .target(name)
        .transport(Replica::transport)
        .sources(Paces.sources(pace, seed))
        .listener(heard);
  }

  private static Outcome outcome(String token, String name) {
    return Outcome.ofToken(token, name).event("purchase");
  }

  private static List<Integer> told(Replica replica, String token) {
    return replica.service.messages.stream()
        .flatMap(message -> message.getOutcomesList().stream())
        .filter(outcome -> outcome.getDecisionToken().equals(token))
        .map(dev.serin.v1.Outcome::getDropped)
        .toList();
  }

  @Test
  void drops_ofEachToken_areToldByItsNextOutcome() {
    Paces.Manual pace = new Paces.Manual();
    try (Replica replica = Replica.inProcess(ledger, NAME);
        OutcomeReporter reporter = builder(NAME, pace, 1).queue(2, 1 << 20).build()) {
      replica.service.fates = message -> Fate.HOLD;
      assertThat(reporter.report(outcome("on", "a"))).isTrue();
      assertThat(reporter.report(outcome("on", "b"))).isTrue();
      for (int i = 0; i < 3; i++) {
        assertThat(reporter.report(outcome("on", "dropped"))).isFalse();
      }
      assertThat(reporter.report(outcome("off", "dropped"))).isFalse();
      pace.advance(Duration.ofMillis(50));
      replica.service.fates = message -> Fate.COUNT;
      replica.service.flush();
      pace.settle();

      reporter.report(outcome("off", "c"));
      reporter.report(outcome("on", "d"));
      pace.advance(Duration.ofMillis(50));
      reporter.report(outcome("on", "e"));
      pace.advance(Duration.ofMillis(50));

      assertThat(told(replica, "on")).containsExactly(0, 0, 3, 0);
      assertThat(told(replica, "off")).containsExactly(1);
      assertThat(ledger.dropped()).isEqualTo(4);
      assertThat(reporter.stats().dropped()).isEqualTo(4);
    }
  }

  @Test
  void drops_thatARefusedOutcomeTold_areToldByTheNext() {
    Paces.Manual pace = new Paces.Manual();
    try (Replica replica = Replica.inProcess(ledger, NAME);
        OutcomeReporter reporter = builder(NAME, pace, 1).queue(1, 1 << 20).build()) {
      reporter.report(outcome("on", "a"));
      assertThat(reporter.report(outcome("on", "dropped"))).isFalse();
      pace.advance(Duration.ofMillis(50));
      Outcome bad = outcome("on", "b").value(CountingService.REFUSED, 1).at(Paces.NOON);
      reporter.report(bad);
      pace.advance(Duration.ofMillis(50));
      assertThat(ledger.dropped()).isZero();
      assertThat(heard.refused).extracting(RefusedOutcome::outcome).containsExactly(bad);

      reporter.report(outcome("on", "c"));
      pace.advance(Duration.ofMillis(50));

      assertThat(told(replica, "on")).containsExactly(0, 1, 1);
      assertThat(ledger.dropped()).isEqualTo(1);
    }
  }

  /** Whatever is cut, refused and sent again: what was told adds up to what was dropped. */
  @Timeout(120)
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 5})
  void drops_whereStreamsAreCutAtRandom_areCountedOnce(long seed) throws InterruptedException {
    String name = NAME + "-" + seed;
    Random random = new Random(seed);
    Replica replica = Replica.inProcess(ledger, name);
    replica.service.fates = message -> fate(random);
    OutcomeReporter reporter =
        builder(name, new Paces.Hurried(), seed)
            .queue(30, 1 << 20)
            .batch(5, Duration.ofMillis(20))
            .build();
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < 20; i++) {
        reporter.report(outcome(i % 3 == 0 ? "off" : "on", round + "-" + i));
      }
      stir(replica, random);
      reporter.flush(Duration.ofMillis(1));
    }
    while (!reporter.flush(Duration.ofMillis(1))) {
      stir(replica, random);
    }
    replica.service.fates = message -> Fate.COUNT;
    // Nothing waits, so that they are taken, and tell of what is left.
    assertThat(reporter.report(outcome("on", "last"))).isTrue();
    assertThat(reporter.report(outcome("off", "last"))).isTrue();
    assertThat(reporter.close(Await.LIMIT)).isTrue();
    replica.close();

    assertThat(reporter.stats().dropped()).isPositive();
    assertThat(ledger.dropped()).isEqualTo(reporter.stats().dropped());
    assertThat(heard.lost).hasValue(0);
  }

  private static Fate fate(Random random) {
    synchronized (random) {
      Fate fate = random.nextBoolean() ? Fate.COUNT : FATES[random.nextInt(FATES.length)];
      return fate == Fate.IGNORE ? Fate.HOLD : fate;
    }
  }

  private static void stir(Replica replica, Random random) {
    boolean kills;
    synchronized (random) {
      kills = random.nextInt(10) == 0;
    }
    if (kills) {
      replica.service.kill();
    } else {
      replica.service.flush();
    }
  }
}
