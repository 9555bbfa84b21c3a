package dev.serin.client.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.client.Context;
import dev.serin.client.SerinClient;
import dev.serin.client.outcome.CountingService.Fate;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each outcome is counted once, wherever streams are cut and servers die. */
class ReporterResumeTest {
  private static final int ROUNDS = 120;
  private static final Fate[] FATES = Fate.values();

  private final TestLedger ledger = new TestLedger();
  private final Heard heard = new Heard();

  @Timeout(120)
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 5, 8, 13})
  void reporter_streamsCutAtRandom_countEachOnce(long seed) throws InterruptedException {
    String name = "ReporterResumeTest-" + seed;
    Random random = new Random(seed);
    Replica replica = Replica.inProcess(ledger, name);
    replica.service.fates = message -> random(random);
    OutcomeReporter reporter =
        OutcomeReporter.builder("checkout")
            .target(name)
            .transport(Replica::transport)
            .sources(Paces.sources(new Paces.Hurried(), seed))
            .batch(5, Duration.ofMillis(20))
            .listener(heard)
            .build();
    Map<String, Integer> expected = new TreeMap<>();
    int round = 0;
    do {
      for (int until = round + ROUNDS; round < until; round++) {
        int count = 1 + drawn(random, 40);
        Reported.report(reporter, "round-" + round, count);
        expected.putAll(Reported.once("round-" + round, count));
        stir(replica, random);
        reporter.flush(Duration.ofMillis(1));
      }
      while (!reporter.flush(Duration.ofMillis(1))) {
        stir(replica, random);
      }
      // Until it was no walk in the park: on a busy machine fewer streams meet as many rounds.
    } while (reporter.stats().streams() <= 20 || reporter.stats().resends() == 0);
    replica.service.fates = message -> Fate.COUNT;
    assertThat(reporter.close(Await.LIMIT)).isTrue();
    replica.close();

    ledger.assertCounted(expected);
    assertThat(heard.fenced).isEmpty();
    assertThat(heard.lost).hasValue(0);
    Reported.assertWhole(reporter.stats());
  }

  private static Fate random(Random random) {
    synchronized (random) {
      // Half of the messages go well; a frozen server takes its time to be given up: fewer of it.
      Fate fate = random.nextBoolean() ? Fate.COUNT : FATES[random.nextInt(FATES.length)];
      return fate == Fate.IGNORE && random.nextInt(4) > 0 ? Fate.HOLD : fate;
    }
  }

  /** Flushes, also of streams that were cut, and now and then a kill. */
  private static void stir(Replica replica, Random random) {
    if (drawn(random, 10) == 0) {
      replica.service.kill();
    } else if (drawn(random, 2) == 0) {
      replica.service.flush();
    }
  }

  private static int drawn(Random random, int bound) {
    synchronized (random) {
      return random.nextInt(bound);
    }
  }

  @Test
  void reporter_serverRestarted_resumesAndLosesNothing() {
    Replica replica = Replica.onLoopback(ledger, 0);
    int port = replica.port();
    OutcomeReporter reporter = onLoopback(port).build();
    int rounds = 6;
    for (int round = 0; round < rounds; round++) {
      Replica dying = replica;
      // Some it counts without saying so, some it has and does not count.
      dying.service.fates =
          message -> message.getFirstSequence() % 2 == 0 ? Fate.COUNT_AND_CUT : Fate.HOLD;
      Reported.report(reporter, "round-" + round, 250);
      Await.until("a message with outcomes", () -> hasOutcomes(dying));
      dying.close();
      Reported.report(reporter, "while-away-" + round, 50);
      replica = Replica.onLoopback(ledger, port);
    }
    assertThat(reporter.close(Await.LIMIT)).isTrue();
    replica.close();

    Map<String, Integer> expected = new TreeMap<>();
    for (int round = 0; round < rounds; round++) {
      expected.putAll(Reported.once("round-" + round, 250));
      expected.putAll(Reported.once("while-away-" + round, 50));
    }
    ledger.assertCounted(expected);
    assertThat(reporter.stats().streams()).isGreaterThan(rounds);
    Reported.assertWhole(reporter.stats());
  }

  @Test
  void reporter_serverComesLater_isFound() throws InterruptedException {
    int port;
    try (Replica gone = Replica.onLoopback(ledger, 0)) {
      port = gone.port();
    }
    try (OutcomeReporter reporter = onLoopback(port).build()) {
      Reported.report(reporter, "early", 10);
      Await.until("a second attempt", () -> reporter.stats().streams() > 1);
      try (Replica late = Replica.onLoopback(ledger, port)) {
        assertThat(reporter.flush(Await.LIMIT)).isTrue();
        assertThat(late.service.messages).isNotEmpty();
      }
    }
    ledger.assertCounted(Reported.once("early", 10));
  }

  @Test
  void reporter_usesAConnectionOfItsOwn() throws InterruptedException {
    try (Replica replica = Replica.onLoopback(ledger, 0);
        SerinClient client = SerinClient.builder(replica.target()).plaintext().build()) {
      assertThat(client.awaitConnected(Await.LIMIT)).isTrue();
      // Any answer will do: nobody decides there.
      assertThat(client.evaluateDetails("f", Context.user("u"), true).error()).isPresent();
      assertThat(replica.connections).hasValue(1);

      try (OutcomeReporter reporter = onLoopback(replica.port()).build()) {
        Reported.report(reporter, "a", 1);
        assertThat(reporter.flush(Await.LIMIT)).isTrue();
      }

      assertThat(replica.connections).hasValue(2);
    }
  }

  private OutcomeReporterBuilder onLoopback(int port) {
    return OutcomeReporter.builder("checkout")
        .target("127.0.0.1:" + port)
        .plaintext()
        .batch(40, Duration.ofMillis(1))
        .listener(heard);
  }

  private static boolean hasOutcomes(Replica replica) {
    return replica.service.messages.stream().anyMatch(message -> message.getOutcomesCount() > 0);
  }
}
